"""What each cut costs: pairs of rules that declare one thing differently, paired by seed, at own and at equal rates."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from snnlocality import registry
from snnlocality.attacks import fgsm as attacks
from snnlocality.learning.rule import Rule
from snnlocality.registry import RULES
from snnlocality.reports import figure1, learning_rates, tables
from snnlocality.reports.gathering import by_rate, notice_notes
from snnlocality.reports.intervals import mean_interval, plus_minus
from snnlocality.study.reports.learning_rates import Settings
from snnlocality.study.step import Job

ACCURACY = "accuracy"
AXES = {  # all that a rule declares, but for its names; fields that hang together are one thing
    "where errors come from": ("source", "weights", "decay"),
    "losses of the layers' own besides": ("local_losses",),
    "the error of the same step alone": ("instantaneous",),
    "credit through recurrence": ("through_recurrence",),
    "credit through the reset": ("through_reset",),
    "steps that credit goes back": ("truncation",),
    "the trace that meets the error": ("trace",),
    "share of steps with an error": ("taught",),
    "surrogate": ("surrogate",),
}


class Cut(NamedTuple):
    """Two rules that differ in one thing."""

    axis: str  # of AXES
    less: Rule  # local
    more: Rule


def render(job: Job[Settings]) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    found = list(cuts(registry.load(RULES, name) for name in settings.rules))
    files = by_rate(job.files("own"), job.files("equal"), settings.learning_rates)
    runs = by_rate(job.files("runs"), job.files("runs_equal"), settings.learning_rates)
    table = costs(pd.concat([accuracies(runs), learning_rates.measured(files, settings)]), found)
    table = table.assign(study=settings.study)
    title = f"What each cut costs, in points, study '{settings.study}'"
    notes = [
        "A row is a pair of rules that declare one thing differently (docs/rules.md): the one further from BPTT in "
        "Figure 1's order less the other, paired by seed, mean with Student's 95 % interval over seeds. Accuracy is of "
        "the test part; attacked: mean over epsilon .005, .01 and .02 on the attacked samples.",
        *([f"{len(found)} pairs: of so many intervals some miss by chance."] if len(found) > 1 else []),
        *learning_rates.notes_of(list(files))[1:],
        *notice_notes(job),
    ]
    tables.write(job, table, title, layout(table), notes)


def cuts(rules: Iterable[Rule]) -> Iterator[Cut]:
    """Every pair of rules that differ in one of AXES, from global to local."""
    for less, more in combinations(figure1.ordered(list(rules)), 2):
        one, other = _as_it_acts(less), _as_it_acts(more)
        changed = [
            axis for axis, names in AXES.items() if any(getattr(one, name) != getattr(other, name) for name in names)
        ]
        if len(changed) == 1:
            yield Cut(changed[0], less, more)


def _as_it_acts(rule: Rule) -> Rule:
    """A rule whose credit stays in its step declares more of time than has an effect."""
    if rule.truncation != 1:
        return rule
    return replace(rule, instantaneous=True, through_recurrence=None, through_reset=False)


def accuracies(at_rates: Mapping[str, Mapping[tuple, Path]]) -> pd.DataFrame:
    """Test accuracies of runs (``steps.collect``), as ``learning_rates.measured`` has the others."""
    every = pd.concat(
        [pd.read_csv(path).assign(learning_rate=rate) for rate, files in at_rates.items() for path in files.values()],
        ignore_index=True,
    ).assign(measure=ACCURACY)
    return every.assign(own=every["method"], accuracy=every["test_accuracy"])


def costs(measured: pd.DataFrame, found: Iterable[Cut]) -> pd.DataFrame:
    """A row per cut, data set, architecture, measure and learning rate: points, with an interval over seeds."""
    keys = ["dataset", "arch", "measure", "learning_rate"]
    chosen = measured[measured["measure"] != learning_rates.CLEAN]
    means = chosen.groupby(["own", *keys, "seed"], sort=False)["accuracy"].mean() * 100
    rows = []
    for cut in found:
        if not {cut.less.label, cut.more.label} <= set(means.index.get_level_values("own")):
            continue
        differences = (means.loc[cut.more.label] - means.loc[cut.less.label]).dropna()
        rows += [
            {
                **{"axis": cut.axis, "more": cut.more.label, "less": cut.less.label},
                **dict(zip(keys, key, strict=True)),
                **mean_interval(cell.to_numpy()).columns(),
            }
            for key, cell in differences.groupby(level=keys, sort=False)
        ]
    return pd.DataFrame(rows, columns=["axis", "more", "less", *keys, "mean", "ci_low", "ci_high", "n"])


def _label(measure: str) -> str:
    return measure if measure == ACCURACY else attacks.load(measure).label


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cut, architecture and measure, a column per learning rate."""
    several = table["dataset"].nunique() > 1
    text = table.assign(
        row=table["axis"]
        + ": "
        + table["more"]
        + " less "
        + table["less"]
        + ", "
        + table["arch"]
        + (", " + table["dataset"] if several else "")
        + ", "
        + table["measure"].map(_label),
        column=table["learning_rate"].map(learning_rates.in_words),
        cell=[f"{row.mean:+.1f}{plus_minus(row)}" for row in table.itertuples()],
    )
    return tables.wide(text)


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The tables on the page that holds everything, one for each measure."""
    return [
        tables.Shown(_label(measure), layout(rows), folded=measure != ACCURACY)
        for measure, rows in table.groupby("measure", sort=False)
    ]
