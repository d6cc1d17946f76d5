"""Accuracy and robustness at the cells' own learning rates and at equal ones: what of a difference is the rate's."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from snnlocality.attacks import fgsm as attacks
from snnlocality.claims.claim import STRENGTHS
from snnlocality.reports import tables
from snnlocality.reports.gathering import gathered, notice_notes, source_column, summarised
from snnlocality.study.reports.learning_rates import Settings
from snnlocality.study.step import Job

ATTACKS = ("counterpart", "white_box_mean", "white_box_pgd")
CLEAN, OWN = "clean", "own"
_KEYS = ["method", "arch", "measure", "learning_rate"]


def render(job: Job[Settings]) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings, equal = job.settings, job.inputs["equal"]
    by_rate = {OWN: job.inputs["own"]}
    for rate in settings.learning_rates:
        by_rate[f"{rate:g}"] = {key[1:]: path for key, path in equal.items() if key[0] == rate}
    table = summarised(measured(by_rate, settings), _KEYS, "accuracy", 100)
    table = table.assign(study=settings.study, source=source_column(table, settings))
    title = f"Accuracy and robustness at equal learning rates, in percent, study '{settings.study}'"
    tables.write(job, table, title, layout(table), [*notes_of(list(by_rate)), *notice_notes(job)])


def measured(by_rate: Mapping[str, Mapping[tuple, Path]], settings: Settings) -> pd.DataFrame:
    """A row for each run, rate and measure: the clean accuracy, and its mean over STRENGTHS under each attack."""
    parts = []
    for rate, files in by_rate.items():
        runs = gathered(files, settings).assign(learning_rate=rate)
        clean = runs[(runs["epsilon"] == 0) & (runs["attack"] == ATTACKS[0])].assign(measure=CLEAN)
        attacked = runs[runs["epsilon"].isin(STRENGTHS) & runs["attack"].isin(ATTACKS)]
        parts += [clean, attacked.assign(measure=attacked["attack"])]
    # A run has one row per strength; their mean comes first, so that intervals are over seeds.
    return pd.concat(parts).groupby([*_KEYS, "fold", "seed"], sort=False)["accuracy"].mean().reset_index()


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and measure, a column per learning rate."""
    labels = {CLEAN: "clean"} | {name: attacks.load(name).label for name in ATTACKS}
    text = table.assign(
        row=table["method"] + " " + table["arch"] + ", " + table["measure"].map(labels),
        column=table["learning_rate"].map(lambda rate: "own rate" if rate == OWN else f"all at {rate}"),
        cell=[_cell(row) for row in table.itertuples()],
    )
    wide = text.pivot(index="row", columns="column", values="cell")
    return wide.loc[list(dict.fromkeys(text["row"])), list(dict.fromkeys(text["column"]))]


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The table on the page that holds everything."""
    # Read back from CSV, a rate is a number where all are; "own" is always among them.
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


def _cell(row) -> str:
    half = "" if pd.isna(row.ci_low) else f" ± {(row.ci_high - row.ci_low) / 2:.1f}"
    return f"{row.mean:.1f}{half}"
