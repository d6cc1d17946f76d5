"""Table 1: the literature that the paper collects; nothing here was computed."""

from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.provenance.records import recorded
from snnlocality.reports import tables
from snnlocality.storage import write_text

TITLE = "Table 1. Earlier work that the paper collects"


def render(parameters: params.Parameters) -> Path:
    """Write the table as CSV, Markdown and HTML."""
    rendered = plan.table1(parameters)
    with recorded(rendered):
        literature = pd.read_csv(rendered.given[0])
        write_text(rendered.outputs[0], literature.to_csv(index=False))
        write_text(rendered.outputs[1], tables.markdown(TITLE, layout(literature), notes()))
        write_text(rendered.outputs[2], tables.html(TITLE, layout(literature), notes()))
    return rendered.outputs[0]


def layout(literature: pd.DataFrame) -> pd.DataFrame:
    """A row per entry."""
    text = literature.assign(
        accuracy=literature["value_percent"].map(lambda value: "" if pd.isna(value) else f"{value:.2f}"),
        row=literature["method"] + " " + literature["arch"] + ", " + literature["dataset"],
    )
    return text.set_index("row")[["network", "source", "accuracy", "remark"]]


def notes() -> list[str]:
    """What a reader must know beside the rows."""
    return [
        "Networks, neurons and training differ from row to row: no comparison of learning rules follows from them. "
        "That is the paper's reason for its own experiments.",
        "Accuracies stand only where they were checked against the cited source; none could be.",
    ]
