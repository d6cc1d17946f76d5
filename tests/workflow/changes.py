"""Every single value of params.yaml, changed by itself."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from snnlocality import parameters
from snnlocality.study import catalogue
from snnlocality.study.step import Job

# What a text may be instead; numbers, lists and switches are changed by rule.
_OTHER = {
    "cuba_lif": "integrate_and_fire",
    "fast_sigmoid": "sigmoid",
    "cross_entropy": "smooth_l1",
    "smooth_l1": "cross_entropy",
    "digits": "mnist_saccades",
    "phones": "timit_sample",
    "percentile": "spike-norm",
    "N-MNIST": "another",
    "TIMIT": "another",
    "ff": "rec",
    "study": "gestures",
}
_FEW = {"classes": 39, "polarity": 0}  # numbers of which only few are allowed


def changes(raw: dict) -> Iterator[tuple[str, dict]]:
    """Every single value of the demo study changed: its key, and the parameters with the change."""
    tables = [key for key, value in raw.items() if isinstance(value, dict) and key not in ("studies", "tasks")]
    tasks = [f"tasks.{task}" for task in raw["studies"]["demo"]["tasks"]]
    for key in ("rules", *tables, *tasks, "studies.demo"):
        for leaf in _leaves(raw, key.split(".")):
            changed = copy.deepcopy(raw)
            table = changed
            for part in leaf[:-1]:
                table = table[part]
            name = leaf[-1]
            table[name] = _FEW[name] if name in _FEW else _another(table[name])
            yield ".".join(leaf), changed


def jobs(raw: dict) -> dict[Path, Job]:
    """All jobs of the chosen study by their first output."""
    return {job.output: job for job in catalogue.everything(parameters.check(raw, "params.yaml"))}


def affected(before: dict[Path, Job], after: dict[Path, Job]) -> list[Job]:
    """Jobs that are new, or that have other settings, code or inputs of their own."""
    return [job for path, job in after.items() if path not in before or _differ(before[path], job)]


def _differ(one: Job, other: Job) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in ("settings", "modules", "inputs"))


def _leaves(raw: dict, key: list[str]) -> Iterator[list[str]]:
    """Keys of the single values below a key."""
    value = raw
    for part in key:
        value = value[part]
    if isinstance(value, dict):
        for name in value:
            yield from _leaves(raw, [*key, name])
    else:
        yield key


def _another(value: Any) -> Any:
    """Another allowed value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return value[:-1] if len(value) > 1 else [_another(value[0])]
    if isinstance(value, str):
        return _OTHER[value]
    return value * 0.9 if isinstance(value, float) else value + 1
