"""Collect the metrics of all runs of one rule on one task."""

from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import RULE, TASK, Key
from snnlocality.study.step import Step
from snnlocality.study.steps import evaluate


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """The names that people read."""
    return {
        "dataset": params.task_of(parameters, key["task"]).dataset,
        "source": params.study_task(parameters, key["task"]).data.source,
        "rule": key["rule"],
        "labels": params.ARCHITECTURE_LABELS,
        "methods": params.methods((key["rule"],)),
    }


STEP = Step(
    name="collect",
    help="Collect the metrics of all runs of a rule into one table.",
    axes=(TASK, RULE),
    inputs={"metrics": evaluate.STEP["metrics"]},
    settings=settings,
    outputs={"runs": "{task}/{rule}/runs.csv"},
    entry="snnlocality.steps.collect:run",
    local=True,
)
