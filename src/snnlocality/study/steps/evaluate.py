"""Evaluate one run on the test part."""

from snnlocality.study.axes import RUN
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

STEP = Step(
    name="evaluate",
    help="Evaluate a trained run on the test part.",
    axes=RUN,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"], "curve": train.STEP["curve"]},
    settings=train.run,
    choices=train.choices,
    outputs={"metrics": f"{train.FOLDER}/metrics.json", "right": f"{train.FOLDER}/right.safetensors"},
    uses=("engine",),
    minutes=5,
    work=lambda work: work.tested * work.steps,
)
