"""Run a study in this one process, every command as the workflow would call it: no time is lost to starts.

    python whole_study.py [--threads N] [--without-reports]

What is there already is not computed again.
"""

import argparse
import os

from snnlocality import portable

portable.choose()  # as every command does before it loads a numerical library
os.environ |= portable.THREADS

from snnlocality import parameters, paths  # noqa: E402
from snnlocality.cli import main  # noqa: E402
from snnlocality.study import catalogue  # noqa: E402
from snnlocality.study.commands import arguments  # noqa: E402

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int)
options.add_argument("--without-reports", action="store_true")
given = options.parse_args()

chosen = parameters.load()
ahead = [job for job in catalogue.everything(chosen) if not job.record.exists()]
if given.without_reports:
    ahead = [job for job in ahead if paths.REPORTS not in job.record.parents]
while ahead:
    ready = [job for job in ahead if all(path.exists() for path in job.input_paths)]
    assert ready, f"no step makes {ahead[0].input_paths}"
    for job in ready:
        main(arguments(job, chosen.label, given.threads), standalone_mode=False)
    ahead = [job for job in ahead if job not in ready]
