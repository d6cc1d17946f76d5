"""The same of all runs: the table."""

from snnlocality.study.reported import OfStudy
from snnlocality.study.step import Report

from .declared import STEP as WEIGHTS

STEP = Report(
    name="lazy_table",
    entry="lazy_learning.computed:render",
    place=1000,
    short="Weights",
    title="How large weights are",
    lead="Root mean squares of every matrix.",
    inputs={"norms": WEIGHTS["norms"]},
    settings=lambda parameters, key: OfStudy(study=parameters.label),
    outputs={"table": "lazy_table.csv"},
    on_page=True,
)
