"""What a classifier without memory and hidden layers reaches."""

from snnlocality import parameters as params
from snnlocality.study.axes import TASK
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare

STEP = Step(
    name="baseline",
    help="Train a logistic regression on the same data, as the bar for every network.",
    axes=(TASK,),
    inputs={"data": prepare.STEP["data"]},
    settings=lambda parameters, key: {"task": key["task"], "folds": len(params.folds(parameters, key["task"]))},
    outputs={"accuracies": "{task}/baseline.csv"},
    entry="snnlocality.steps.baseline:run",
    memory_mb=4000,
    minutes=15,
    work=lambda work: work.samples * work.folds,
    params=("studies.{study}.tasks.{task}.data.split.folds",),
)
