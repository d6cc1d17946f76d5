"""All trials of the hyper-parameter search in one table."""

from snnlocality.study.reported import OfStudy
from snnlocality.study.step import Report
from snnlocality.study.steps import search_cell

STEP = Report(
    name="search",
    place=400,
    short="Search",
    title="Trials of the hyper-parameter search",
    lead="The best of every cell first.",
    inputs={"trials": search_cell.STEP["trials"]},
    settings=lambda parameters, key: OfStudy(study=parameters.label),
    outputs={"table": "search.csv"},
    optional=True,
)
