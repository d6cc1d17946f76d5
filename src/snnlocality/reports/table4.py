"""Table 4: training on poisoned data, with a visible and an invisible trigger, beside the published numbers.

Three readings of the published table stand beside it: label noise (the invisible trigger), a backdoor on clean test
data (the visible one), and a backdoor on a test set that is poisoned at the same rate (derived from the visible one).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, stats

from snnlocality.reports import tables
from snnlocality.reports.gathering import beside, method_columns, notice_notes, on_task, published, source_column
from snnlocality.reports.intervals import mean_interval, plus_minus
from snnlocality.storage import read_json
from snnlocality.study.reported import OfBoth
from snnlocality.study.step import Job

FIGURES = {
    "accuracy": "clean accuracy",
    "source_accuracy": "clean accuracy of the source class",
    "attack_success_rate": "attack success rate, triggered",
    "source_to_target": "source taken for target, clean",
}
# Which of our figures the published ones stand beside, fixed before any poisoned run.
PUBLISHED = {"accuracy": "accuracy", "asr": "attack_success_rate"}
PUBLISHED_PAIRS = 5  # of classes, over which the published numbers are means
_LEAST = 0.1  # points of error that a published cell has at least
VISIBLE, POISONED_TEST = "visible", "visible, poisoned test set"
_CELL = ["trigger", "method", "arch", "poison_rate"]
_RUN = ["trigger", "method", "own", "dataset", "arch", "poison_rate", "pair", "source", "target", "source_share"]


def render(job: Job) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    runs = with_poisoned_test(read(job.files("poisoned"), settings))
    numbers, clean_numbers = (published(path, settings.methods) for path in job.static_inputs.values())
    clean = clean_accuracies(job.files("runs"), settings)
    table = summarise(runs, beside(numbers, settings))
    table = table.assign(study=settings.study, source=source_column(table, settings))
    notes = [*notes_of(runs, table, numbers, clean_numbers, clean), *notice_notes(job)]
    title = f"Table 4. Poisoned training data, in percent, study '{settings.study}'"
    tables.write(job, table, title, layout(table), notes)


def read(poisoned: Mapping[tuple, Path], settings: OfBoth) -> pd.DataFrame:
    """A row per poisoned run with the four figures in percent."""
    rows = []
    for (task, rule, arch, trigger, rate, pair), path in poisoned.items():
        metrics = read_json(path)
        rows.append(
            {
                "trigger": trigger,
                **method_columns(settings, task, rule),
                "arch": settings.labels[arch],
                "poison_rate": rate,
                "pair": pair,
                "source": metrics["source"],
                "target": metrics["target"],
                "source_share": metrics["source_samples"] / metrics["test_samples"],
                **{name: 100 * metrics[name] for name in FIGURES},
            }
        )
    return pd.DataFrame(rows, columns=[*_RUN, *FIGURES])


def with_poisoned_test(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs, and what those with the visible trigger show on a test set that is poisoned at their own rate.

    There a share ``rate`` of the source class carries the trigger; such a recording is counted as wrong.
    """
    visible = runs[runs["trigger"] == VISIBLE]
    share = visible["poison_rate"]
    poisoned = visible.assign(
        trigger=POISONED_TEST,
        accuracy=visible["accuracy"] - visible["source_share"] * share * visible["source_accuracy"],
        source_accuracy=(1 - share) * visible["source_accuracy"],
        attack_success_rate=share * visible["attack_success_rate"] + (1 - share) * visible["source_to_target"],
    )
    return pd.concat([runs, poisoned], ignore_index=True)


def clean_accuracies(tables: Mapping[tuple, Path], settings: OfBoth) -> pd.DataFrame:
    """Of the unpoisoned runs, in percent, as they enter Table 2: columns method, arch, seed, accuracy."""
    runs = pd.concat(
        [
            pd.read_csv(path).assign(method=on_task(settings.methods[rule], settings, task))
            for (task, rule), path in tables.items()
        ],
        ignore_index=True,
    )
    return runs.assign(accuracy=100 * runs["test_accuracy"])[["method", "arch", "seed", "accuracy"]]


def summarise(runs: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """One row per cell and figure: mean and 95 % interval over pairs; published numbers beside every reading."""
    rows = [
        {
            **dict(zip(_CELL, key, strict=True)),
            "metric": name,
            **mean_interval(cell[name].to_numpy(), 0, 100).columns(),
        }
        for key, cell in runs.groupby(_CELL, sort=False)
        for name in FIGURES
    ]
    published = published.assign(metric=published["metric"].map(PUBLISHED))
    published = published.rename(columns={"value_percent": "published"})
    keys = ["method", "arch", "poison_rate", "metric"]
    return pd.DataFrame(rows).merge(published[[*keys, "published"]], on=keys, how="left")


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cell, a column per figure."""
    # From two pairs the interval is wider than the scale; the CSV has it.
    known = table.assign(**{bound: table[bound].where(table["n"] > 2) for bound in ("ci_low", "ci_high")})
    text = table.assign(
        row=table["method"]
        + " "
        + table["arch"]
        + ", "
        + table["trigger"]
        + ", rate "
        + table["poison_rate"].map("{:g}".format),
        column=table["metric"].map(FIGURES),
        cell=[tables.Cell(f"{row.mean:.1f}{plus_minus(row)}", row) for row in known.itertuples()],
    )
    wide = text.pivot(index="row", columns="column", values="cell")
    return wide.loc[list(dict.fromkeys(text["row"])), list(FIGURES.values())]


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The tables on the page that holds everything, one for each reading that the study's triggers allow."""
    arms = {
        "invisible": "Invisible trigger: label noise",
        POISONED_TEST: "Visible trigger, and a test set poisoned at the same rate",
        VISIBLE: "Visible trigger: a backdoor",
    }
    return [
        tables.Shown(title, layout(rows), folded=number > 1)
        for number, (trigger, title) in enumerate(arms.items())
        if len(rows := table[table["trigger"] == trigger])
    ]


def nearness(table: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute difference in points between our figures and the published ones, by trigger and metric."""
    compared = table.dropna(subset="published")
    difference = (compared["mean"] - compared["published"]).abs()
    return difference.groupby([compared["trigger"], compared["metric"]], sort=False).mean().unstack("metric")


def log_likelihoods(runs: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """How well each reading explains the published attack success rates: log-likelihood by trigger, natural.

    A published cell is taken as normal about our mean, with the variance of both means over pairs of classes (that of a
    pair is pooled over a reading's cells), and an error of every cell, since training and data are others than the
    published, whose size is the likeliest one for each reading.
    """
    of_rate = table[(table["metric"] == "attack_success_rate") & table["published"].notna()]
    scatter = runs.groupby(_CELL)["attack_success_rate"].var()
    found = {}
    for trigger, cells in of_rate.groupby("trigger", sort=False):
        difference = (cells["mean"] - cells["published"]).to_numpy()
        variance = scatter.loc[trigger].mean() * (1 / cells["n"] + 1 / PUBLISHED_PAIRS).to_numpy()
        if np.isfinite(variance).all():
            found[trigger] = _likeliest(difference, variance)
    return pd.Series(found, dtype=float)


def _likeliest(difference: np.ndarray, variance: np.ndarray) -> float:
    """The largest log-likelihood of differences of these variances and an error common to all."""

    def against(error: float) -> float:
        return -stats.norm.logpdf(difference, scale=np.sqrt(variance + error**2)).sum()

    most = max(float(np.abs(difference).max()), 2 * _LEAST)
    return -float(optimize.minimize_scalar(against, bounds=(_LEAST, most), method="bounded").fun)


def drop_against_success(published: pd.DataFrame, published_clean: pd.DataFrame) -> tuple[float, float]:
    """Of the published tables: correlation of the accuracy lost with a tenth of the ASR, and their mean difference.

    One class in ten is poisoned: where both fall on the same test samples, the two are the same number.
    """
    wide = published.pivot(index=["dataset", "method", "arch", "poison_rate"], columns="metric", values="value_percent")
    clean = published_clean.set_index(["dataset", "method", "arch"])["value_percent"]
    drop = np.array([clean[key[:3]] for key in wide.index]) - wide["accuracy"].to_numpy()
    tenth = wide["asr"].to_numpy() / 10
    return float(np.corrcoef(drop, tenth)[0, 1]), float(np.abs(drop - tenth).mean())


def notes_of(
    runs: pd.DataFrame,
    table: pd.DataFrame,
    published: pd.DataFrame,
    published_clean: pd.DataFrame,
    clean: pd.DataFrame,
) -> list[str]:
    """What a reader must know beside the numbers."""
    pairs = runs[["source", "target"]].drop_duplicates()
    listed = ", ".join(f"{row.source} as {row.target}" for row in pairs.itertuples())
    unpoisoned = clean.groupby(["method", "arch"], sort=False)["accuracy"].mean()
    notes = [
        f"Mean over {len(pairs)} pairs of classes, with Student's 95 % interval where there are more than two; the "
        f"same pairs in every row: {listed}. "
        "The rate is the share of the source class's training (and validation) samples that carry trigger and wrong "
        "label; the trigger is four pixels at all steps.",
        "Visible: the pixels are 1. Invisible: they are 0, where nothing ever happens, so the poisoning is label noise "
        "on one class. Poisoned test set: the visible trigger's networks where as large a share of the source class's "
        "test samples carries the trigger as of its training samples; derived, no run of its own, each such sample "
        "counted as wrong. Published numbers stand beside all.",
        "Accuracy without poison: "
        + "; ".join(f"{' '.join(key)} {value:.1f}" for key, value in unpoisoned.items())
        + ".",
    ]
    correlation, apart = drop_against_success(published, published_clean)
    notes.append(
        f"In the published table the accuracy lost and a tenth of the ASR correlate at {correlation:.3f} and differ by "
        f"{apart:.2f} points on average. That says no more than that one class in ten was poisoned and that both "
        "numbers are of the same test samples: it holds under label noise and with a poisoned test set alike."
    )
    near = nearness(table)
    if not near.empty:
        closest = near["attack_success_rate"].idxmin()
        distances = "; ".join(
            f"{trigger}: ASR {row['attack_success_rate']:.1f}, accuracy {row['accuracy']:.1f}"
            for trigger, row in near.iterrows()
        )
        notes.append(
            f"Mean distance from the published cells, in points: {distances}. The published ASR is nearest to: "
            f"{closest}."
        )
    if len(likely := log_likelihoods(runs, table).sort_values(ascending=False)) > 1:
        notes.append(
            "Log-likelihood of the published ASR under each reading, below that of the likeliest, "
            f"{likely.index[0]}: "
            + "; ".join(f"{trigger} {value - likely.iloc[0]:.1f}" for trigger, value in likely.iloc[1:].items())
            + ". (Normal; the scatter of pairs, and an error of every cell whose size is fitted for each reading.)"
        )
    return notes
