"""Table 2: test accuracy of every learning rule, feed-forward and recurrent, on both tasks."""

import pandas as pd

from snnlocality.data.batches import read_notice
from snnlocality.reports import tables
from snnlocality.reports.gathering import FF, MATCHED, REC, not_published, percentages, published
from snnlocality.storage import write_json
from snnlocality.study.step import Job

_KEYS = ["dataset", "method", "arch", "metric"]


def render(job: Job) -> None:
    """Write the table as CSV (tidy), Markdown and HTML (the paper's layout), and its means for DVC."""
    study = job.settings.study
    every_run = pd.concat(map(pd.read_csv, job.files("runs").values()), ignore_index=True)
    notices = [read_notice(path) for path in job.files("data").values()]
    baselines = [100 * pd.read_csv(path)["test_accuracy"].mean() for path in job.files("baselines").values()]
    table = summarise(every_run, published(job.static_inputs["table2"], job.settings.methods), study)
    notes = _notes(every_run, table, notices, baselines, job.settings.methods)
    title = f"Table 2. Test accuracy in percent, study '{study}'"
    tables.write(job, table, title, layout(table), notes)
    write_json(job.outputs["metrics"], _nested_means(table))


def summarise(runs: pd.DataFrame, published: pd.DataFrame, study: str) -> pd.DataFrame:
    """One row per cell: mean and 95 % interval over seeds (folds of a seed averaged first), in percent.

    ``runs`` has a row per run (``steps.collect``), ``published`` the columns of the paper's table.
    """
    ours = percentages(runs.assign(metric="test_accuracy"), [*_KEYS, "source"], "test_accuracy")
    table = ours.merge(published, on=_KEYS, how="left").rename(columns={"value_percent": "published"})
    table["difference"] = table["mean"] - table["published"]
    table["study"] = study
    columns = [*_KEYS, "mean", "ci_low", "ci_high", "n", "published", "difference", "study", "source"]
    return table[columns]


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The paper's layout: a row per method, a column per data set (and what stands in for it) and architecture."""
    text = table.assign(
        cell=[_cell(row) for row in table.itertuples()], dataset=table["dataset"] + " (" + table["source"] + ")"
    )
    columns = list(dict.fromkeys(zip(text["dataset"], text["arch"], strict=True)))
    wide = text.pivot(index="method", columns=["dataset", "arch"], values="cell")
    return wide.loc[list(dict.fromkeys(table["method"])), columns]


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The table on the page that holds everything."""
    return [tables.Shown("Accuracy", layout(table))]


def _cell(row) -> tables.Cell:
    interval = "" if pd.isna(row.ci_low) else f" [{row.ci_low:.2f}, {row.ci_high:.2f}]".replace(", ", ",\u00a0")
    return tables.Cell(f"{row.mean:.2f}{interval}", row)


def _notes(
    runs: pd.DataFrame, table: pd.DataFrame, notices: list[str], baselines: list[float], methods: dict[str, str]
) -> list[str]:
    """What a reader must know beside the numbers."""
    covered = " The interval covers initial weights and order, not the choice of test samples."
    notes = [
        f"{tables.over_seeds(table['n'])}; folds of a seed are averaged first." + covered * (max(table["n"]) > 1),
    ]
    for dataset, notice in zip(dict.fromkeys(table["dataset"]), notices, strict=True):
        if notice:
            notes.append(f"{dataset} columns: {not_published(notice)}")
    for dataset, baseline in zip(dict.fromkeys(table["dataset"]), baselines, strict=True):
        below = table[(table["dataset"] == dataset) & (table["mean"] <= baseline)]
        cells = "; ".join(f"{row.method} {row.arch}" for row in below.itertuples())
        notes.append(
            f"{dataset} columns: logistic regression on the same data, without memory, reaches {baseline:.2f}; "
            + (f"not above it: {cells}." if cells else "every cell is above it.")
        )
    if {"bptt", "eprop"} <= methods.keys():
        notes.append(
            f"On one hidden layer without recurrence (TIMIT, {FF}) {methods['bptt']} and symmetric {methods['eprop']} "
            "differ only by the credit through the reset; their seeds are paired."
        )
    if MATCHED in set(table["arch"]):
        matched = runs[runs["arch"] == MATCHED]
        recurrent = runs[(runs["arch"] == REC) & runs["dataset"].isin(matched["dataset"])]
        notes.append(
            f"{MATCHED}: the feed-forward network with as many weights ({matched['weights'].max():,}) as {REC} "
            f"({recurrent['weights'].max():,}); "
            "compare REC with it before saying that recurrence helps."
        )
    improving = runs[runs["still_improving"]]
    early = sorted({f"{row.dataset} {row.method} {row.arch}" for row in improving.itertuples()})
    if early:
        notes.append(
            f"{len(improving)} of {len(runs)} runs were still improving when they stopped: {'; '.join(early)}."
        )
    notes += _activity(runs)
    return notes


def _activity(runs: pd.DataFrame) -> list[str]:
    """A line per cell in which more than a tenth of a layer's neurons never fire, or hardly ever stop."""
    lines = []
    kinds = {"dead": "never fire", "saturated": "fire in more than 90 % of the steps"}
    for (dataset, method, arch), cell in runs.groupby(["dataset", "method", "arch"], sort=False):
        for kind, words in kinds.items():
            for column in sorted(name for name in cell if name.startswith(f"{kind}_")):
                share = cell[column].mean()
                if share > 0.1:
                    layer = column.rsplit("_", 1)[1]
                    lines.append(
                        f"{dataset} {method} {arch}: {100 * share:.0f} % of the neurons in layer {layer} {words}."
                    )
    return lines


def _nested_means(table: pd.DataFrame) -> dict:
    """{data set (source): {method: {architecture: mean}}} for `dvc metrics show`."""
    nested: dict = {}
    for row in table.itertuples():
        nested.setdefault(f"{row.dataset} ({row.source})", {}).setdefault(row.method, {})[row.arch] = round(row.mean, 4)
    return nested
