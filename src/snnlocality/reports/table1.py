"""Table 1: the literature that the paper collects; nothing here was computed."""

import pandas as pd

from snnlocality.reports import tables
from snnlocality.study.step import Job

TITLE = "Table 1. Earlier work that the paper collects"


def render(job: Job) -> None:
    """Write the table as CSV, Markdown and HTML."""
    literature = pd.read_csv(job.static_inputs["table1"])
    tables.write(job, literature, TITLE, layout(literature), notes())


def layout(literature: pd.DataFrame) -> pd.DataFrame:
    """A row per entry."""
    text = literature.assign(
        accuracy=literature["value_percent"].map(lambda value: "" if pd.isna(value) else f"{value:.2f}"),
        row=literature["method"] + " " + literature["arch"] + ", " + literature["dataset"],
    )
    return text.set_index("row")[["network", "source", "accuracy", "remark"]]


def on_page(literature: pd.DataFrame) -> list[tables.Shown]:
    """The table on the page that holds everything."""
    return [tables.Shown("Earlier work", layout(literature))]


def notes() -> list[str]:
    """What a reader must know beside the rows."""
    return [
        "Networks, neurons and training differ from row to row: no comparison of learning rules follows from them. "
        "That is the paper's reason for its own experiments.",
        "Accuracies stand only where they were checked against the cited source; none could be.",
    ]
