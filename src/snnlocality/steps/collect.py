"""Collect the metrics of all runs of one rule on one task: a row per run."""

from pathlib import Path

import pandas as pd

from snnlocality import checkpoints, plan, registry
from snnlocality import parameters as params
from snnlocality.provenance.records import recorded
from snnlocality.storage import read_json, write_text


def collect(parameters: params.Parameters, task: str, rule: str) -> Path:
    """Write the table of a rule's runs and return its path; their checkpoints are needed no longer."""
    collected = plan.collect(parameters, task, rule)
    settings, output = collected.settings, collected.outputs[0]
    with recorded(collected):
        label = registry.load(params.RULES, rule).RULE.label
        rows = [
            {
                "dataset": settings["dataset"],
                "source": settings["source"],
                "method": label,
                "arch": settings["labels"][architecture],
                "fold": fold,
                "seed": seed,
                **_columns(read_json(path)),
            }
            for (architecture, fold, seed), path in zip(settings["runs"], collected.made, strict=True)
        ]
        write_text(output, pd.DataFrame(rows).to_csv(index=False))
    checkpoints.discard_behind(collected)
    return output


def _columns(metrics: dict) -> dict:
    """Metrics with a list per hidden layer spread over columns ``name_1``, ``name_2``, ..."""
    columns = {}
    for name, value in metrics.items():
        if isinstance(value, list):
            columns |= {f"{name}_{layer}": figure for layer, figure in enumerate(value, start=1)}
        else:
            columns[name] = value
    return columns
