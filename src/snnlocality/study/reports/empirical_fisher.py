"""The true Fisher information beside the empirical one."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import rule_modules
from snnlocality.study.reports import learning_rates
from snnlocality.study.step import Report
from snnlocality.study.steps import equal_rate, prepare, true_fisher

STEP = Report(
    name="empirical_fisher",
    place=102,
    short="Empirical and true",
    title="True Fisher information beside the empirical",
    lead="Figure 4 takes the data's labels. Fisher information is defined by labels that the network predicts.",
    needs=one_label,
    inputs={
        "own": true_fisher.STEP["traces"],
        "equal": equal_rate.BY_STEP[true_fisher.STEP]["traces"],
        "data": prepare.STEP["data"],
    },
    settings=learning_rates.settings,
    choices=rule_modules,
    outputs={"table": "empirical_fisher.csv", "text": "empirical_fisher.md", "page": "empirical_fisher.html"},
    on_page=True,
    params=("rules", "tasks.{task}", "studies.{study}"),
)
