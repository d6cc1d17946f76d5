"""Differences in robustness at every learning rate: the picture of the README."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import on_recordings
from snnlocality.study.reports import claims
from snnlocality.study.step import Report
from snnlocality.study.steps import prepare

STEP = Report(
    name="robustness_by_rate",
    place=410,
    short="Robustness by rate",
    title="What the learning rate does to differences in robustness",
    lead="Contrasts of the claims C14, C16 and C17 at every learning rate, by the paper's attack and in the white box.",
    needs=one_label,
    inputs={"contrasts": claims.STEP["contrasts"], "data": prepare.STEP["data"]},
    settings=lambda parameters, key: on_recordings(parameters),
    outputs={"figure": "robustness_by_rate.svg"},
    optional=True,
)
