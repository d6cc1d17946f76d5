"""The per-run tables behind a report as one table, with the names that people read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from snnlocality.data.batches import read_notice
from snnlocality.reports.intervals import mean_interval
from snnlocality.study.step import Job


def gathered(files: Mapping[tuple, Path], settings: dict[str, Any]) -> pd.DataFrame:
    """All rows of CSV files of runs of one task, by task, rule, arch, fold and seed; these as people write them."""
    return pd.concat(
        [
            pd.read_csv(path, dtype={"layer": str, "epoch": str}).assign(
                method=settings["methods"][rule], arch=settings["labels"][arch], fold=fold, seed=seed
            )
            for (_, rule, arch, fold, seed), path in files.items()
        ],
        ignore_index=True,
    )


def notice_of(job: Job) -> str:
    """What must be said of the data of a report on one task."""
    (data,) = job.inputs["data"].values()
    return read_notice(data)


def summarised(table: pd.DataFrame, keys: list[str], value: str, factor: float = 1.0) -> pd.DataFrame:
    """Mean and 95 % interval of ``value`` over seeds per combination of ``keys``; a seed's folds are averaged first."""
    rows = []
    for key, cell in table.groupby(keys, sort=False, dropna=False):
        interval = mean_interval(factor * cell.groupby("seed")[value].mean().dropna().to_numpy())
        rows.append(dict(zip(keys, key, strict=True)) | interval.columns())
    return pd.DataFrame(rows)
