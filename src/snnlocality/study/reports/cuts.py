"""What each cut in space and in time costs, at the cells' own learning rates and at equal ones."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import rule_modules
from snnlocality.study.reports import learning_rates
from snnlocality.study.step import Report
from snnlocality.study.steps import collect, equal_rate, fgsm, prepare

STEP = Report(
    name="cuts",
    place=115,
    short="Cuts",
    title="What each cut costs",
    lead="Rules that differ in one thing: what the more local one loses, at its own learning rate and at equal ones.",
    needs=one_label,
    inputs={
        "own": fgsm.STEP["accuracies"],
        "equal": equal_rate.BY_STEP[fgsm.STEP]["accuracies"],
        "data": prepare.STEP["data"],
        "runs": collect.STEP["runs"],
        "runs_equal": equal_rate.BY_STEP[collect.STEP]["runs"],
    },
    settings=learning_rates.settings,
    choices=lambda settings: (*rule_modules(settings), *fgsm.attack_modules()),
    outputs={"table": "cuts.csv", "text": "cuts.md", "page": "cuts.html"},
    on_page=True,
    params=learning_rates.STEP.params,
)
