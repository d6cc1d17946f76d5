"""All trials of the hyper-parameter search in one table."""

from snnlocality.study.step import Report
from snnlocality.study.steps import search_cell

STEP = Report(
    name="search",
    place=400,
    short="Search",
    title="Trials of the hyper-parameter search",
    lead="The best of every cell first.",
    help="Gather the searches of all cells into one table.",
    inputs={"trials": search_cell.STEP["trials"]},
    settings=lambda parameters, key: {"study": parameters.label},
    outputs={"table": "search.csv"},
    entry="snnlocality.reports.search:render",
    optional=True,
)
