"""Train all runs of one cell at once into the run cache, from which each run's own rule takes its result."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np

from snnlocality import checkpoints, registry
from snnlocality.data.batches import Dataset, load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.training import Epoch, Trained
from snnlocality.parameters import RunSettings
from snnlocality.provenance import run_cache
from snnlocality.provenance.records import Execution, input_digests
from snnlocality.registry import RULES
from snnlocality.runs.files import write_trained
from snnlocality.runs.training import first_network, fit
from snnlocality.study.step import Job


def train_cell(jobs: Iterable[Job[RunSettings]], engine: Engine, report: Callable[[int, Epoch], None]) -> int:
    """Train the runs of a cell, its seeds, that are not in the run cache yet; return how many were trained.

    On a graphics card they are trained in lockstep, elsewhere one after the other. ``report`` is told the seed.
    """
    runs = {job.key["seed"]: job for job in jobs}
    inputs = {seed: input_digests(run) for seed, run in runs.items()}
    missing = {seed: run for seed, run in runs.items() if not run_cache.holds(run, inputs[seed])}
    if not missing:
        return 0
    run_cache.check_place()
    first = next(iter(missing.values()))
    dataset, parts = load(first.file("data"), first.key["fold"])
    if engine.name == "cuda":
        trained = _in_lockstep([run.settings for run in missing.values()], dataset, parts, engine, report)
    else:
        trained = _one_by_one(missing, inputs, dataset, parts, engine, report)
    for (seed, run), one in zip(missing.items(), trained, strict=True):
        run_cache.put(run, inputs[seed], engine.name, partial(_write, run, one))
    return len(missing)


def _write(run: Job[RunSettings], trained: Trained, folder: Path) -> None:
    write_trained({name: folder / path.name for name, path in run.outputs.items()}, trained)


def _one_by_one(
    runs: dict[int, Job[RunSettings]],
    inputs: dict[int, dict[str, str]],
    dataset: Dataset,
    parts: dict[Part, np.ndarray],
    engine: Engine,
    report: Callable[[int, Epoch], None],
) -> Iterable[Trained]:
    # One is in the cache before the next begins, and before its checkpoints go.
    for seed, run in runs.items():
        with checkpoints.locked(run) as kept:
            keeper = kept.of(Execution(inputs[seed], {}), engine)
            yield fit(run.settings, dataset, parts, engine, partial(report, seed), keeper)
        checkpoints.discard(run)


def _in_lockstep(
    runs: list[RunSettings],
    dataset: Dataset,
    parts: dict[Part, np.ndarray],
    engine: Engine,
    report: Callable[[int, Epoch], None],
) -> Iterable[Trained]:
    import torch

    from snnlocality.engines.cuda.device import find_device
    from snnlocality.engines.cuda.packed import train_many

    return train_many(
        [first_network(run, dataset, parts, engine) for run in runs],
        dataset,
        parts[Part.TRAIN],
        parts[Part.VALIDATION],
        registry.load(RULES, runs[0].rule),
        runs[0].optimisation,
        [run.seed for run in runs],
        find_device(torch.float32),
        lambda number, epoch: report(runs[number].seed, epoch),
    )
