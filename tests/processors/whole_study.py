"""Run a study in this one process, every command as the workflow would call it: no time is lost to starts.

    python whole_study.py [--threads N] [--without-reports]

What is there already is not computed again.
"""

import argparse
import os

from snnlocality import portable

portable.choose()  # as every command does before it loads a numerical library; here planning loads one
os.environ |= portable.THREADS

from snnlocality.provenance.commands import arguments  # noqa: E402

from snnlocality import parameters, paths, plan  # noqa: E402
from snnlocality.cli import main  # noqa: E402

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int)
options.add_argument("--without-reports", action="store_true")
given = options.parse_args()

chosen = parameters.load()
ahead = [step for step in plan.everything(chosen) if not step.record.exists()]
if given.without_reports:
    ahead = [step for step in ahead if paths.REPORTS not in step.record.parents]
while ahead:
    ready = [step for step in ahead if all(path.exists() for path in step.made)]
    assert ready, f"no step makes {ahead[0].made}"
    for step in ready:
        main(arguments(step, chosen.label, given.threads), standalone_mode=False)
    ahead = [step for step in ahead if step not in ready]
