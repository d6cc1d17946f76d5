"""Accuracy on corrupted recordings."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import rule_modules
from snnlocality.study.reports import learning_rates
from snnlocality.study.step import Report
from snnlocality.study.steps import corrupt, equal_rate, prepare

STEP = Report(
    name="corruptions",
    place=78,
    short="Corruptions",
    title="Accuracy on corrupted recordings",
    lead="Events added, missing, or moved in time: what happens without anybody who attacks.",
    needs=one_label,
    inputs={
        "own": corrupt.STEP["accuracies"],
        "equal": equal_rate.BY_STEP[corrupt.STEP]["accuracies"],
        "data": prepare.STEP["data"],
    },
    settings=learning_rates.settings,
    choices=rule_modules,
    outputs={"figure": "corruptions.svg", "table": "corruptions.csv"},
    params=("rules", "tasks.{task}", "studies.{study}"),
)
