"""What a classifier without memory and hidden layers reaches."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import TASK
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare


@dataclass(frozen=True)
class Settings:
    """What decides the baseline of a task, besides data."""

    task: str
    folds: int


STEP = Step(
    name="baseline",
    help="Train a logistic regression on the same data, as the bar for every network.",
    axes=(TASK,),
    inputs={"data": prepare.STEP["data"]},
    settings=lambda p, key: Settings(key["task"], len(params.folds(p, key["task"]))),
    outputs={"accuracies": "{task}/baseline.csv"},
    memory_mb=4000,
    minutes=15,
    work=lambda work: work.samples * work.folds,
    params=("studies.{study}.tasks.{task}.data.split.folds",),
)
