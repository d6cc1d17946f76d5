"""Table 4: training on poisoned data, with a visible and an invisible trigger, beside the published numbers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from snnlocality.reports import tables
from snnlocality.reports.gathering import method_columns, notice_notes, on_task, published, source_column
from snnlocality.reports.intervals import mean_interval
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
_CELL = ["trigger", "method", "arch", "poison_rate"]


def render(job: Job) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    runs = read(job.inputs["poisoned"], settings)
    numbers, clean_numbers = (published(path, settings.methods) for path in job.static_inputs.values())
    clean = clean_accuracies(job.inputs["runs"], settings)
    table = summarise(runs, numbers)
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
                **{name: 100 * metrics[name] for name in FIGURES},
            }
        )
    return pd.DataFrame(rows)


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
    """One row per cell and figure: mean and 95 % interval over pairs; published numbers beside both triggers."""
    rows = [
        {
            **dict(zip(_CELL, key, strict=True)),
            "metric": name,
            **mean_interval(cell[name].to_numpy()).columns(),
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
    text = table.assign(
        row=table["method"]
        + " "
        + table["arch"]
        + ", "
        + table["trigger"]
        + ", rate "
        + table["poison_rate"].map("{:g}".format),
        column=table["metric"].map(FIGURES),
        cell=[_cell(row) for row in table.itertuples()],
    )
    wide = text.pivot(index="row", columns="column", values="cell")
    return wide.loc[list(dict.fromkeys(text["row"])), list(FIGURES.values())]


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The tables on the page that holds everything: the paper's trigger as it seems to be, the other folded."""
    arms = {"invisible": "Invisible trigger: label noise", "visible": "Visible trigger: a backdoor"}
    return [
        tables.Shown(title, layout(table[table["trigger"] == trigger]), folded=number > 0)
        for number, (trigger, title) in enumerate(arms.items())
    ]


def nearness(table: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute difference in points between our figures and the published ones, by trigger and metric."""
    compared = table.dropna(subset="published")
    difference = (compared["mean"] - compared["published"]).abs()
    return difference.groupby([compared["trigger"], compared["metric"]], sort=False).mean().unstack("metric")


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
        "on one class. Published accuracy and ASR stand beside both.",
        "Accuracy without poison: "
        + "; ".join(f"{' '.join(key)} {value:.1f}" for key, value in unpoisoned.items())
        + ".",
    ]
    correlation, apart = drop_against_success(published, published_clean)
    notes.append(
        f"In the published table the accuracy lost and a tenth of the ASR correlate at {correlation:.3f} and differ by "
        f"{apart:.2f} points on average: both seem to fall on the same test samples, as label noise makes them, and "
        "not as a backdoor that works does."
    )
    near = nearness(table)
    if not near.empty:
        closest = near["attack_success_rate"].idxmin()
        distances = "; ".join(
            f"{trigger}: ASR {row['attack_success_rate']:.1f}, accuracy {row['accuracy']:.1f}"
            for trigger, row in near.iterrows()
        )
        notes.append(
            f"Mean distance from the published cells, in points: {distances}. The published ASR is nearer to the "
            f"{closest} trigger."
        )
    return notes


def _cell(row) -> str:
    # From two pairs the interval is wider than the scale; the CSV has it.
    half = "" if row.n < 3 else f" ± {(row.ci_high - row.ci_low) / 2:.1f}"
    published = "" if pd.isna(row.published) else f" (published {row.published:.2f})"
    return f"{row.mean:.1f}{half}{published}"
