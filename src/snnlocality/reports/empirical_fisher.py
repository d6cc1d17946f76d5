"""Shares of a network's Fisher information by its weights: with the data's labels, and with the network's own."""

import pandas as pd

from snnlocality.reports import tables
from snnlocality.reports.gathering import OWN_RATE, by_rate, gathered, notice_notes, source_column, summarised
from snnlocality.steps.true_fisher import EMPIRICAL, TRUE
from snnlocality.study.reports.learning_rates import Settings
from snnlocality.study.step import Job

LABELS = {EMPIRICAL: "empirical", TRUE: "true"}
_RUN = ["information", "method", "arch", "learning_rate", "fold", "seed"]
_KEYS = ["method", "arch", "learning_rate", "information", "weights"]


def render(job: Job[Settings]) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    at_rates = by_rate(job.files("own"), job.files("equal"), settings.learning_rates)
    traces = pd.concat(
        [gathered(files, settings).assign(learning_rate=rate) for rate, files in at_rates.items()], ignore_index=True
    )
    shares = traces.assign(share=traces["trace"] / traces.groupby(_RUN)["trace"].transform("sum"))
    table = summarised(shares, _KEYS, "share")
    table = table.assign(study=settings.study, source=source_column(table, settings))
    title = f"Shares of a network's Fisher information, study '{settings.study}'"
    tables.write(job, table, title, layout(table), [*_NOTES, *notice_notes(job)], digits="%.6g")


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cell, learning rate and kind of information, a column per matrix."""
    rates = table["learning_rate"].map(lambda rate: "" if rate == OWN_RATE else f", all at {rate}")
    text = table.assign(
        row=table["method"] + " " + table["arch"] + rates + ", " + table["information"].map(LABELS),
        column=table["weights"].str.replace("_", " "),
        cell=[_cell(row) for row in table.itertuples()],
    )
    return tables.wide(text).fillna("")


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The table on the page that holds everything, at the searched rates."""
    return [tables.Shown("Shares, by matrix", layout(table[table["learning_rate"] == OWN_RATE]))]


def _cell(row) -> tables.Cell:
    half = "" if pd.isna(row.ci_low) else f" ± {(row.ci_high - row.ci_low) / 2:.3f}"
    return tables.Cell(f"{row.mean:.3f}{half}", row)


_NOTES = [
    "Mean over seeds with Student's 95 % interval, of the gradient of log f(y|x) by BPTT, whatever rule trained; f is "
    "the softmax of the readout averaged over the steps, which decides. Empirical: y is the label in the data. True: y "
    "is drawn from f, once for each recording.",
    "Figure 4's control uses the loss of training, a mean over steps, in the place of log f.",
]
