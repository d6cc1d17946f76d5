"""Table 1, which no run has a part in."""

from snnlocality.study.step import Report

STEP = Report(
    name="table1",
    place=10,
    short="Table 1",
    title="Earlier work that the paper collects",
    lead="Nothing here was computed.",
    help="Render Table 1: the literature that the paper collects.",
    static_inputs=("table1.csv",),
    settings=lambda parameters, key: {},
    outputs={"table": "table1.csv", "text": "table1.md", "page": "table1.html"},
    entry="snnlocality.reports.table1:render",
    on_page=True,
)
