"""Accuracy and robustness at the cells' own learning rates and at equal ones: what of a difference is the rate's."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from snnlocality.attacks import fgsm as attacks
from snnlocality.claims.claim import STRENGTHS
from snnlocality.reports import tables
from snnlocality.reports.gathering import OWN_RATE, by_rate, gathered, notice_notes, percentages, source_column
from snnlocality.reports.intervals import plus_minus
from snnlocality.study.reports.learning_rates import Settings
from snnlocality.study.step import Job

ATTACKS = ("counterpart", "white_box_mean", "white_box_pgd")
CLEAN = "clean"
_KEYS = ["method", "arch", "measure", "learning_rate"]


def render(job: Job[Settings]) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    files = by_rate(job.files("own"), job.files("equal"), settings.learning_rates)
    table = percentages(measured(files, settings), _KEYS, "accuracy")
    table = table.assign(study=settings.study, source=source_column(table, settings))
    title = f"Accuracy and robustness at equal learning rates, in percent, study '{settings.study}'"
    tables.write(job, table, title, layout(table), [*notes_of(list(files)), *notice_notes(job)])


def measured(at_rates: Mapping[str, Mapping[tuple, Path]], settings: Settings) -> pd.DataFrame:
    """A row for each run and rate of the clean accuracy, and for each attack and each of STRENGTHS."""
    parts = []
    for rate, files in at_rates.items():
        runs = gathered(files, settings).assign(learning_rate=rate)
        clean = runs[(runs["epsilon"] == 0) & (runs["attack"] == ATTACKS[0])].assign(measure=CLEAN)
        attacked = runs[runs["epsilon"].isin(STRENGTHS) & runs["attack"].isin(ATTACKS)]
        parts += [clean, attacked.assign(measure=attacked["attack"])]
    return pd.concat(parts, ignore_index=True)


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and measure, a column per learning rate."""
    labels = {CLEAN: "clean"} | {name: attacks.load(name).label for name in ATTACKS}
    text = table.assign(
        row=table["method"] + " " + table["arch"] + ", " + table["measure"].map(labels),
        column=table["learning_rate"].map(in_words),
        cell=[tables.Cell(f"{row.mean:.1f}{plus_minus(row)}", row) for row in table.itertuples()],
    )
    return tables.wide(text)


def in_words(rate: str) -> str:
    """A learning rate as the head of a column."""
    return "own rate" if rate == OWN_RATE else f"all at {rate}"


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The table on the page that holds everything."""
    return [tables.Shown("Clean, and mean over epsilon .005, .01 and .02", layout(table))]


def notes_of(rates: list[str]) -> list[str]:
    """What a reader must know beside the numbers."""
    only = (
        []
        if len(rates) > 1
        else ["This study trains at no equal rates: what compares cells here may compare their learning rates."]
    )
    return [
        "Attacked: mean over epsilon .005, .01 and .02. Mean over seeds with Student's 95 % interval.",
        "Own rate: the one that the search gave the cell (docs/search.md).",
        *only,
    ]
