"""How large the weights of one run's network are: the step."""

from snnlocality.study.axes import RUN, folders
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

STEP = Step(
    name="lazy_weights",
    help="Measure the weights of a trained run.",
    entry="lazy_learning.computed:run",
    axes=RUN,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=train.run,
    choices=train.choices,
    outputs={"norms": f"lazy_weights/{folders(RUN)}/weights.csv"},
)
