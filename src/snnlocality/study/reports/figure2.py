"""Figure 2: representations compared between methods."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import ceiling, cka, prepare

STEP = Report(
    name="figure2",
    place=50,
    short="Figure 2",
    title="How alike the methods represent the same samples",
    lead="Linear CKA, unbiased over mini-batches, layer by layer; with networks converted from ReLU networks. "
    "Dotted: networks of one method that differ by their seeds alone, as alike as methods can be found to be.",
    needs=one_label,
    inputs={"cka": cka.STEP["cka"], "ceilings": ceiling.STEP["cka"], "data": prepare.STEP["data"]},
    settings=lambda parameters, key: on_recordings(parameters),
    choices=rule_modules,
    outputs={"figure": "figure2.svg", "table": "figure2.csv"},
    params=("rules",),
)
