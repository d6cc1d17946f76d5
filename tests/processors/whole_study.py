"""Run a whole study in this one process, every command as the workflow would call it: no time is lost to starts.

python whole_study.py [THREADS]
"""

import os
import sys

from snnlocality import portable

portable.choose()  # as every command does before it loads a numerical library; here planning loads one
os.environ |= portable.THREADS

from snnlocality import parameters, plan  # noqa: E402
from snnlocality.cli import main  # noqa: E402
from snnlocality.provenance.commands import arguments  # noqa: E402

chosen = parameters.load()
threads = int(sys.argv[1]) if len(sys.argv) > 1 else None
ahead = list(plan.everything(chosen))
while ahead:
    ready = [step for step in ahead if all(path.exists() for path in step.made)]
    assert ready, f"no step makes {ahead[0].made}"
    for step in ready:
        main(arguments(step, chosen.label, threads), standalone_mode=False)
    ahead = [step for step in ahead if step not in ready]
