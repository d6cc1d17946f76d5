"""The per-run tables behind a report as one table, with the names that people read."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.reports.intervals import mean_interval

RUN = ("rule", "arch", "fold", "seed")  # what tells the runs of one task apart


def gathered(runs: Iterable[Sequence], paths: Iterable[Path], labels: dict[str, str]) -> pd.DataFrame:
    """All rows of the runs' CSV files, with the columns method, arch, fold and seed; ``runs`` are as in ``RUN``."""
    return pd.concat(
        [
            pd.read_csv(path, dtype={"layer": str, "epoch": str}).assign(
                method=method(rule), arch=labels[architecture], fold=fold, seed=seed
            )
            for (rule, architecture, fold, seed), path in zip(runs, paths, strict=True)
        ],
        ignore_index=True,
    )


def method(rule: str) -> str:
    """How people write a learning rule."""
    return registry.load(params.RULES, rule).RULE.label


def summarised(table: pd.DataFrame, keys: list[str], value: str, factor: float = 1.0) -> pd.DataFrame:
    """Mean and 95 % interval of ``value`` over seeds per combination of ``keys``; a seed's folds are averaged first."""
    rows = []
    for key, cell in table.groupby(keys, sort=False, dropna=False):
        interval = mean_interval(factor * cell.groupby("seed")[value].mean().dropna().to_numpy())
        rows.append(dict(zip(keys, key, strict=True)) | interval.columns())
    return pd.DataFrame(rows)
