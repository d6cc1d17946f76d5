"""Figure 4: Fisher information of every layer's weights."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import fisher, prepare

STEP = Report(
    name="figure4",
    place=100,
    short="Figure 4",
    title="Fisher information in the weights",
    lead="Shares of each network's whole, by the rule's own gradient and by the loss's.",
    needs=one_label,
    inputs={"traces": fisher.STEP["traces"], "data": prepare.STEP["data"]},
    settings=lambda parameters, key: on_recordings(parameters),
    choices=rule_modules,
    outputs={"figure": "figure4.svg", "table": "figure4.csv", "over_time": "figure4_over_time.svg"},
    folded={"figure4_over_time.svg": "Over training, and over the steps of a recording"},
    params=("rules",),
)
