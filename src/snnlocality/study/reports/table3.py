"""Table 3: accuracy under attack."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import fgsm, prepare

STEP = Report(
    name="table3",
    place=70,
    short="Table 3",
    title="Accuracy under FGSM",
    lead="First as the paper attacks, through a ReLU counterpart; the controls tell what that shows.",
    needs=one_label,
    inputs={"accuracies": fgsm.STEP["accuracies"], "data": prepare.STEP["data"]},
    static_inputs=("table3.csv",),
    settings=lambda parameters, key: on_recordings(parameters),
    choices=lambda settings: (*rule_modules(settings), *fgsm.attack_modules()),
    outputs={"table": "table3.csv", "text": "table3.md", "page": "table3.html"},
    on_page=True,
    params=("rules",),
)
