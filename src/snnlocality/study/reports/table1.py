"""Table 1, which no run has a part in."""

from snnlocality.study.step import Report

STEP = Report(
    name="table1",
    place=10,
    short="Table 1",
    title="Earlier work that the paper collects",
    lead="Nothing here was computed.",
    static_inputs=("table1.csv",),
    outputs={"table": "table1.csv", "text": "table1.md", "page": "table1.html"},
    on_page=True,
)
