"""Training curves."""

from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import Key
from snnlocality.study.reported import of_rules, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import train


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """The rules and tasks, as people write them."""
    tasks = {
        task: {
            "dataset": params.task_of(parameters, task).dataset,
            "source": params.study_task(parameters, task).data.source,
        }
        for task in params.tasks(parameters)
    }
    return {**of_rules(parameters), "tasks": tasks, "labels": params.ARCHITECTURE_LABELS}


STEP = Report(
    name="curves",
    place=40,
    short="Curves",
    title="Training curves",
    lead="Did the runs have time to learn?",
    help="Draw the training curves.",
    inputs={"curves": train.STEP["curve"]},
    settings=settings,
    choices=rule_modules,
    outputs={"figure": "curves.svg", "table": "curves.csv"},
    entry="snnlocality.reports.curves:render",
    params=("rules",),
)
