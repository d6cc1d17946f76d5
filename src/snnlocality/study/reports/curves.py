"""Training curves."""

from snnlocality import parameters as params
from snnlocality.study.reported import of_both, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import train

STEP = Report(
    name="curves",
    place=40,
    short="Curves",
    title="Training curves",
    lead="Did the runs have time to learn?",
    inputs={"curves": train.STEP["curve"]},
    settings=lambda parameters, key: of_both(parameters, params.tasks(parameters)),
    choices=rule_modules,
    outputs={"figure": "curves.svg", "table": "curves.csv"},
    params=("rules",),
)
