"""Table 4: poisoned training data."""

from snnlocality.study.needs import trigger_on_sensor
from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import backdoor, collect, prepare

STEP = Report(
    name="table4",
    place=80,
    short="Table 4",
    title="Poisoned training data",
    lead="First an invisible trigger, which makes label noise of the poison; then a visible one, a backdoor.",
    needs=trigger_on_sensor,
    inputs={
        "poisoned": backdoor.STEP["metrics"],
        "runs": collect.STEP["runs"],
        "data": prepare.STEP["data"],
    },
    static_inputs=("table4.csv", "table2.csv"),
    settings=lambda parameters, key: on_recordings(parameters),
    choices=rule_modules,
    outputs={"table": "table4.csv", "text": "table4.md", "page": "table4.html"},
    on_page=True,
    params=("rules",),
)
