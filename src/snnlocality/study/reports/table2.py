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
    inputs={
        "runs": collect.STEP["runs"],
        "data": prepare.STEP["data"],
        "baselines": baseline.STEP["accuracies"],
    },
    static_inputs=("table2.csv",),
    settings=lambda parameters, key: of_rules(parameters),
    outputs={"table": "table2.csv", "text": "table2.md", "page": "table2.html", "metrics": "metrics.json"},
    on_page=True,
    params=("rules",),
)
