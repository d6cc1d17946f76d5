"""Table 2: accuracy."""

from snnlocality.study.reported import of_rules
from snnlocality.study.step import Report
from snnlocality.study.steps import baseline, collect, prepare

STEP = Report(
    name="table2",
    place=30,
    short="Table 2",
    title="Accuracy",
    lead="Test accuracy in percent of every rule, feed-forward and recurrent.",
    help="Render Table 2: accuracy of every rule and architecture on both tasks.",
    inputs={
        "runs": collect.STEP["runs"],
        "data": prepare.STEP["data"],
        "baselines": baseline.STEP["accuracies"],
    },
    static_inputs=("table2.csv",),
    settings=lambda parameters, key: {"study": parameters.label, "rules": of_rules(parameters)["rules"]},
    outputs={"table": "table2.csv", "text": "table2.md", "page": "table2.html", "metrics": "metrics.json"},
    entry="snnlocality.reports.table2:render",
    on_page=True,
    params=("rules",),
)
