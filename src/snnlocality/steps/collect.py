"""Collect the metrics of all runs of one rule on one task: a row per run."""

from typing import Any

import pandas as pd

from snnlocality.storage import read_json, write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.collect import Settings


def run(job: Job[Settings]) -> None:
    """Write the table of a rule's runs."""
    settings = job.settings
    rows = [
        {
            "dataset": settings.dataset,
            "source": settings.source,
            "method": settings.method,
            "arch": settings.labels[arch],
            "fold": fold,
            "seed": seed,
            **_columns(read_json(path)),
        }
        for (arch, fold, seed), path in job.files("metrics").items()
    ]
    write_text(job.outputs["runs"], pd.DataFrame(rows).to_csv(index=False))


def _columns(metrics: dict[str, Any]) -> dict[str, Any]:
    """Metrics with a list per hidden layer spread over columns ``name_1``, ``name_2``, ..."""
    columns: dict[str, Any] = {}
    for name, value in metrics.items():
        if isinstance(value, list):
            columns |= {f"{name}_{layer}": figure for layer, figure in enumerate(value, start=1)}
        else:
            columns[name] = value
    return columns
