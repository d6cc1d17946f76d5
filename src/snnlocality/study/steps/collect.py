"""Collect the metrics of all runs of one rule on one task."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import RULE, TASK, Key
from snnlocality.study.step import Step
from snnlocality.study.steps import evaluate


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The names that people read in the table of a rule's runs."""

    dataset: str
    source: str
    method: str
    labels: dict[str, str]  # of architectures


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    return Settings(
        dataset=params.task_of(parameters, key["task"]).dataset,
        source=params.study_task(parameters, key["task"]).data.source,
        method=params.methods((key["rule"],))[key["rule"]],
        labels=params.architecture_labels(parameters),
    )


STEP = Step(
    name="collect",
    help="Collect the metrics of all runs of a rule into one table.",
    axes=(TASK, RULE),
    inputs={"metrics": evaluate.STEP["metrics"]},
    settings=settings,
    outputs={"runs": "{task}/{rule}/runs.csv"},
    local=True,
)
