"""The per-run tables behind a report as one table, with the names that people read."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from snnlocality.data.batches import read_notice
from snnlocality.parameters import ARCHITECTURE_LABELS
from snnlocality.reports.intervals import mean_interval
from snnlocality.study.reported import OfBoth, OfTasks
from snnlocality.study.step import Job

# How the published tables call rules and architectures, and how our tests of claims do, whatever labels are here.
PAPERS_METHODS = {
    "bptt": "BPTT",
    "eprop": "e-prop",
    "decolle": "DECOLLE",
    "feedback_alignment": "Feedback alignment",
    "direct_feedback_alignment": "Direct feedback alignment",
}
PAPERS_ARCHITECTURES = {"ff": "FF", "rec": "REC", "ff_matched": "FF-matched"}
OWN_RATE = "own"  # the learning rate that the search gave a cell, beside those of all cells alike
FF, REC, MATCHED = (ARCHITECTURE_LABELS[arch] for arch in PAPERS_ARCHITECTURES)


def published(path: Path, methods: Mapping[str, str]) -> pd.DataFrame:
    """A published table, with its rules (``methods``: labels by rule) and architectures called as here."""
    table = pd.read_csv(path)
    known = {PAPERS_METHODS[rule]: label for rule, label in methods.items() if rule in PAPERS_METHODS}
    archs = {name: ARCHITECTURE_LABELS[arch] for arch, name in PAPERS_ARCHITECTURES.items()}
    return table.assign(method=table["method"].replace(known), arch=table["arch"].replace(archs))


def gathered(files: Mapping[tuple, Path], settings: OfBoth) -> pd.DataFrame:
    """All rows of CSV files by task, rule, arch, fold and seed, which are columns as people write them.

    ``method`` is as ``on_task`` writes it, ``own`` as the rule is called.
    """
    return pd.concat(
        [
            pd.read_csv(path, dtype={"layer": str, "epoch": str}).assign(
                **method_columns(settings, task, rule), arch=settings.labels[arch], fold=fold, seed=seed
            )
            for (task, rule, arch, fold, seed), path in files.items()
        ],
        ignore_index=True,
    )


def at_rate(files: Mapping[tuple, Path], rate: float) -> dict[tuple, Path]:
    """Of files that differ by a learning rate of all cells first, those of one rate, by the rest of their keys."""
    return {key[1:]: path for key, path in files.items() if key[0] == rate}


def by_rate(own: Mapping[tuple, Path], equal: Mapping[tuple, Path], rates: Iterable[float]) -> dict[str, Mapping]:
    """Files at the cells' own learning rates and at those of all cells alike, by the rate as tables write it."""
    return {OWN_RATE: own} | {f"{rate:g}": at_rate(equal, rate) for rate in rates}


def method_columns(settings: OfBoth, task: str, rule: str) -> dict[str, str]:
    """What tables say of a rule on a task, by column."""
    own = settings.methods[rule]
    return {"method": on_task(own, settings, task), "own": own, "dataset": settings.datasets[task]}


def on_task(name: str, settings: OfTasks, task: str) -> str:
    """A name with the data set, if it is not the paper's: so a table or figure holds several tasks."""
    paper, *_ = settings.datasets
    return name if task == paper else f"{name}, {settings.datasets[task]}"


def beside(published: pd.DataFrame, settings: OfBoth) -> pd.DataFrame:
    """The published rows of data sets that the study has, their rules called as ours on these (``on_task``)."""
    tasks = {dataset: task for task, dataset in settings.datasets.items()}
    rows = published[published["dataset"].isin(tasks)]
    names = [on_task(row.method, settings, tasks[row.dataset]) for row in rows.itertuples()]
    return rows.assign(method=pd.Series(names, rows.index, dtype=str))


def source_column(table: pd.DataFrame, settings: OfBoth) -> pd.Series:
    """The source of the data behind every row of a table with the column ``method``."""
    sources = {
        on_task(own, settings, task): source
        for task, source in settings.sources.items()
        for own in settings.methods.values()
    }
    return table["method"].map(sources)


def notices(job: Job) -> dict[str, str]:
    """What must be said of the data, by data set."""
    return {job.settings.datasets[task]: read_notice(path) for (task,), path in job.files("data").items()}


def notice_notes(job: Job) -> list[str]:
    """The same as notes below a table."""
    return [f"{dataset}: {not_published(notice)}" for dataset, notice in notices(job).items() if notice]


def not_published(notice: str) -> str:
    """What must be said of data, as a note on numbers that have published ones beside them."""
    return f"{notice.rstrip('.')}. The published task is not this one."


def notice_of(job: Job) -> str:
    """The same below a figure."""
    return " ".join(dict.fromkeys(notices(job).values()))


def percentages(table: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    """The means and intervals that ``summarised`` gives, of a share, in percent."""
    return summarised(table.assign(**{value: 100 * table[value]}), keys, value, 0, 100)


def summarised(
    table: pd.DataFrame, keys: list[str], value: str, least: float = -math.inf, most: float = math.inf
) -> pd.DataFrame:
    """Mean and 95 % interval of ``value`` over seeds per combination of ``keys``; a seed's folds are averaged first.

    ``least`` and ``most``: see ``mean_interval``.
    """
    rows = []
    for key, cell in table.groupby(keys, sort=False, dropna=False):
        interval = mean_interval(cell.groupby("seed")[value].mean().dropna().to_numpy(), least, most)
        rows.append(dict(zip(keys, key, strict=True)) | interval.columns())
    return pd.DataFrame(rows)
