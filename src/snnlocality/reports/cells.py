"""What the page says of the cells of a table: how far ours is from the published, and which runs are behind them."""

import itertools
import os.path
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from snnlocality import parameters as params
from snnlocality.paths import REPORTS
from snnlocality.provenance.cell import COLUMNS, fits, runs_of
from snnlocality.reports.tables import Cell
from snnlocality.study.step import Job

Key = tuple[tuple[str, str], ...]  # what tells the runs behind a cell from others: columns of its table, and values
_NAMED = ("learning_rate", "trigger", "poison_rate")  # columns whose values say little without the column's name


def grid(table: pd.DataFrame, name: str = "") -> dict[str, Any]:
    """A report's table as the page writes it: headers, each with the columns it spans, and rows.

    What leads to the runs behind it: the name of a row whose numbers all come from the same runs, else every number.
    """
    columns = [column if isinstance(column, tuple) else (column,) for column in table.columns]
    heads = [
        [(path[-1], len(list(same))) for path, same in itertools.groupby(column[: level + 1] for column in columns)]
        for level in range(table.columns.nlevels)
    ]
    rows = []
    for label, *values in table.itertuples(name=None):
        keys = {key(value) for value in values if isinstance(value, Cell)}
        one = len(keys) == 1
        rows.append(
            {
                "name": label,
                "runs": anchor(name, keys.pop()) if one else None,
                "cells": [_cell(value, None if one else name) for value in values],
            }
        )
    return {"heads": heads, "rows": rows}


def _cell(value: Any, name: str | None) -> dict[str, Any]:
    """Of one cell: its text, how far it is from the published, and, if it is to say so, where its runs are."""
    if not isinstance(value, Cell):
        return {"text": "" if pd.isna(value) else value, "beside": None, "runs": None}
    return {
        "text": value.ours,
        "beside": None if pd.isna(value.row.mean - value.published) else (f"{value.published:.2f}", *beside(value)),
        "runs": None if name is None else anchor(name, key(value)),
    }


def beside(cell: Cell) -> tuple[str, str]:
    """How far ours is from the published: the kind, which has a colour, and words."""
    mean, published = cell.row.mean, cell.published
    if f"{mean:.1f}" == f"{published:.1f}":
        return "within", "as published"
    if cell.row.ci_low <= published <= cell.row.ci_high:
        return "within", "within the interval"
    kind = "higher" if mean > published else "lower"
    return kind, f"ours {abs(mean - published):.1f} {kind}"


def key(cell: Cell) -> Key:
    """What tells the runs behind a cell from others."""
    own = {column: getattr(cell.row, column) for column in COLUMNS if hasattr(cell.row, column)}
    return tuple((column, f"{value:g}" if isinstance(value, float) else str(value)) for column, value in own.items())


def anchor(name: str, cell: Key) -> str:
    """Where the page tells of the runs behind a cell of the report of this name."""
    return re.sub(r"[^a-z0-9.]+", "-", "-".join([name, *dict(cell).values()]).lower())


def behind(
    parameters: params.Parameters,
    jobs: list[Job],
    name: str,
    table: Path,
    cells: Iterable[Cell],
    networks: pd.DataFrame,
) -> list[dict[str, Any]]:
    """What the page says of the runs behind the cells of a report, once of cells with the same runs.

    ``jobs``: all of the study; ``networks``: a row for each trained one (``steps.collect``).
    """
    _, runs = runs_of(jobs, str(table))
    return [
        {
            "anchor": anchor(name, cell),
            "title": ", ".join(
                f"{column.replace('_', ' ')} {value}" if column in _NAMED else value for column, value in cell
            ),
            "audit": shlex.join(["snnlocality", "audit", str(table), "--cell", ",".join(map("=".join, cell))]),
            "networks": _networks(networks, cell),
            "steps": _steps([run for run in runs if fits(parameters, run, dict(cell))]),
        }
        for cell in dict.fromkeys(map(key, cells))
    ]


def _networks(networks: pd.DataFrame, cell: Key) -> dict[str, Any] | None:
    """The trained networks of a cell, if it is one of them."""
    if not {column for column, _ in cell} <= {*networks}:
        return None
    own = networks[(networks[[column for column, _ in cell]] == [value for _, value in cell]).all(axis=1)]
    if own.empty:
        return None
    shown = own.assign(
        row=own["fold"].map("fold {}".format) + ", " + own["seed"].map("seed {}".format),
        **{
            f"{part} accuracy": (100 * own[f"{part}_accuracy"]).map("{:.2f} %".format)
            for part in ("test", "validation")
        },
    ).rename(columns={"epoch": "chosen epoch", "still_improving": "still improving"})
    columns = ["test accuracy", "validation accuracy", "chosen epoch", "epochs", "weights", "still improving"]
    return grid(shown.set_index("row")[columns])


def _steps(runs: list[Job]) -> list[dict[str, Any]]:
    """The same runs by kind, in their order."""
    return [_step([run for run in runs if run.name == name]) for name in dict.fromkeys(run.name for run in runs)]


def _step(runs: list[Job]) -> dict[str, Any]:
    """Of the runs of one kind behind a cell: their records, their code, and the parameters that they share."""
    first, *others = [run.settings_table for run in runs]
    apart = [axis for axis in runs[0].key if len({run.key[axis] for run in runs}) > 1]
    return {
        "name": runs[0].name,
        "runs": [
            (
                ", ".join(f"{axis} {run.key[axis]}" for axis in apart) or "record",
                os.path.relpath(run.record, REPORTS),
            )
            for run in runs
        ],
        "output": runs[0].output,
        "code": runs[0].code[:16],
        "settings": yaml.safe_dump(
            {name: value for name, value in first.items() if all(other[name] == value for other in others)},
            sort_keys=False,
            default_flow_style=None,
        ),
    }
