"""The decisive test of the simulated camera: does a network trained on its recordings know real ones?

Five-fold cross-validation over the real recordings. In each fold the camera is fitted anew without the test
recordings. One network learns from the real training recordings, one from simulated recordings of the same
images, with the same initial weights, order and hyper-parameters (those of the ``sample`` study); both are
tested on the fold's real test recordings. The ratio of their accuracies is the camera's fidelity.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.camera import load_pairs
from calibration.camera_fit import Pairs, fit_camera
from snnlocality import parameters as params
from snnlocality.data.batches import EventDataset
from snnlocality.data.splits import Part, vision_folds
from snnlocality.data.vision.binning import pack
from snnlocality.data.vision.camera import CameraParameters
from snnlocality.data.vision.idx import read_mnist
from snnlocality.data.vision.nmnist import TRAIN, file_numbers
from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.saccades import recorded_images
from snnlocality.data.vision.sensor import UNITS
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.training import evaluate
from snnlocality.parameters import RunSettings
from snnlocality.parameters.model import Recordings
from snnlocality.reports.intervals import Interval, mean_interval
from snnlocality.runs.training import fit
from snnlocality.storage import atomic_path, write_text

STUDY, TASK, RULE, ARCHITECTURE = "sample", "vision", "bptt", "ff"
REAL, SIMULATED, MNIST = "real", "simulated", "simulated MNIST"
# All of MNIST is 80 times a fold's material: few passes over it are many more updates than the small sets get.
MNIST_EPOCHS = 3

_TEMPLATE = Path(__file__).with_suffix(".md")  # the page


def measure_fidelity(
    nmnist_root: str | Path,
    mnist_root: str | Path,
    folder: str | Path,
    mnist_folds: Sequence[int] = (0,),
    report: Callable[[str], None] = print,
) -> None:
    """Run the whole test; write fidelity.csv and fidelity.md to ``folder``. Takes about an hour on one core.

    ``mnist_folds`` are the folds in which a network is also trained on all of simulated MNIST (first seed). Raises
    UserError if the recordings or MNIST's idx files are missing, damaged or do not belong together.
    """
    real = load_pairs(nmnist_root, mnist_root)
    parts = sample_folds(real.labels)
    cameras = fold_cameras(real, parts, report)
    run, data, seeds = sample_settings()
    runs = []
    for fold, (part, camera) in enumerate(zip(parts, cameras, strict=True)):
        runs += compare_training(real, part, fold, camera, run, data, seeds, report)
    images, labels = read_mnist(mnist_root, "train")
    numbers = file_numbers(nmnist_root, TRAIN) - 1
    for fold in mnist_folds:
        runs.append(train_on_mnist(real, parts[fold], fold, cameras[fold], images, labels, numbers, run, data))
        report(f"fold {fold}, all of MNIST: {runs[-1]['accuracy']:.4f}")
    write_fidelity(pd.DataFrame(runs), run, data, folder)


def sample_settings() -> tuple[RunSettings, Recordings, range]:
    """A run's settings, those of the data, and the seeds of the ``sample`` study."""
    parameters = params.load(study=STUDY)
    run = params.run_settings(parameters, TASK, RULE, ARCHITECTURE)
    return run, params.study_task(parameters, TASK).data, params.seeds(parameters)


def sample_folds(labels: np.ndarray) -> list[np.ndarray]:
    """The folds of the ``sample`` study: per fold the ``Part`` of every recording, (n,) uint8."""
    split = params.study_task(params.load(study=STUDY), TASK).data.split
    return vision_folds(labels, np.zeros(len(labels), dtype=bool), **dict(split))


def fold_cameras(real: Pairs, parts: Sequence[np.ndarray], report: Callable[[str], None]) -> list[CameraParameters]:
    """For each fold a camera fitted without its test recordings."""
    cameras = []
    for fold, part in enumerate(parts):
        report(f"camera of fold {fold}")
        cameras.append(fit_camera(real.take(np.flatnonzero(part != Part.TEST)), report=report))
    return cameras


def compare_training(
    real: Pairs,
    part: np.ndarray,
    fold: int,
    camera: CameraParameters,
    run: RunSettings,
    data: Recordings,
    seeds: Sequence[int],
    report: Callable[[str], None],
) -> list[dict[str, Any]]:
    """A row (trained_on, fold, seed, recordings, accuracy) for each source and seed of one fold.

    ``part`` (n,) is the ``Part`` of every recording; ``camera`` was fitted without those of the test part.
    """
    learnt = int((part == Part.TRAIN).sum() + (part == Part.VALIDATION).sum())
    runs = []
    for seed in seeds:
        simulate = recorded_images(real.images, camera, seed)
        simulated = [
            truth if part[index] == Part.TEST else simulate(index) for index, truth in enumerate(real.recordings)
        ]
        for name, recordings in ((REAL, real.recordings), (SIMULATED, simulated)):
            accuracy = _accuracy(_dataset(recordings, real.labels, data), part, run, seed)
            runs.append(_run(name, fold, seed, learnt, accuracy))
            report(f"fold {fold}, seed {seed}, {name}: {accuracy:.4f}")
    return runs


def train_on_mnist(
    real: Pairs,
    part: np.ndarray,
    fold: int,
    camera: CameraParameters,
    images: np.ndarray,
    labels: np.ndarray,
    numbers: np.ndarray,
    run: RunSettings,
    data: Recordings,
) -> dict[str, Any]:
    """One run on simulated recordings of MNIST's training images (60 000) without those of the fold's test part.

    ``numbers`` (n,) are the indices of ``real``'s images among ``images``. The simulated recordings of the other
    images in ``real`` choose the epoch.
    """
    test = np.flatnonzero(part == Part.TEST)
    validation = np.isin(np.arange(len(labels)), numbers)
    others = np.setdiff1d(np.arange(len(labels)), numbers[test])
    simulate = recorded_images(images, camera)

    def recordings() -> Iterator[Recording]:
        for index in others:
            yield simulate(int(index))
        for index in test:
            yield real.recordings[index]

    roles = np.concatenate([np.where(validation[others], Part.VALIDATION, Part.TRAIN), np.full(len(test), Part.TEST)])
    dataset = _dataset(recordings(), np.concatenate([labels[others], real.labels[test]]), data)
    fewer = replace(run, optimisation=replace(run.optimisation, epochs=MNIST_EPOCHS))
    accuracy = _accuracy(dataset, roles, fewer, seed=0)
    return _run(MNIST, fold, 0, len(others), accuracy)


def write_fidelity(runs: pd.DataFrame, run: RunSettings, data: Recordings, folder: str | Path) -> None:
    """Write fidelity.csv and fidelity.md."""
    folder = Path(folder)
    with atomic_path(folder / "fidelity.csv") as temporary:
        runs.to_csv(temporary, index=False, float_format="%.5f")
    write_text(folder / "fidelity.md", _text(runs, run, data))


def fold_ratios(runs: pd.DataFrame) -> pd.DataFrame:
    """Per fold the accuracies ``real`` and ``simulated``, means over seeds, and their ``ratio``."""
    means = runs[runs.trained_on.isin([REAL, SIMULATED])].pivot_table(
        index="fold", columns="trained_on", values="accuracy", aggfunc="mean"
    )
    return means.assign(ratio=means[SIMULATED] / means[REAL])


def _dataset(recordings: Iterable[Recording], labels: np.ndarray, data: Recordings) -> EventDataset:
    units, offsets = pack(recordings, data.steps, data.duration_ms, data.counts)
    return EventDataset(units, offsets, labels, data.steps, data.duration_ms / data.steps, UNITS, 10)


def _accuracy(dataset: EventDataset, part: np.ndarray, run: RunSettings, seed: int) -> float:
    parts = {kind: np.flatnonzero(part == kind) for kind in Part}
    engine = ReferenceEngine()
    network = fit(replace(run, seed=seed), dataset, parts, engine, lambda epoch: None).network
    return evaluate(network, dataset, parts[Part.TEST], run.optimisation, engine).accuracy


def _run(trained_on: str, fold: int, seed: int, recordings: int, accuracy: float) -> dict[str, Any]:
    return {
        "trained_on": trained_on,
        "fold": fold,
        "seed": seed,
        "recordings": recordings,
        "accuracy": accuracy,
    }


def _text(runs: pd.DataFrame, run: RunSettings, data: Recordings) -> str:
    by_fold = fold_ratios(runs)
    rows = []
    for name, group in runs.groupby("trained_on", sort=False):
        interval = mean_interval(group.groupby("fold").accuracy.mean().to_numpy())
        sizes = ", ".join(str(size) for size in sorted(set(group.recordings)))
        rows.append(f"| {name} | {sizes} | {100 * interval.mean:.1f} % | {_bounds(interval)} | {len(group)} |")
    mnist_folds = sorted(set(runs.fold[runs.trained_on == MNIST]))
    return _TEMPLATE.read_text(encoding="utf-8").format(
        seeds=runs.seed.nunique(),
        hidden="-".join(map(str, run.network.hidden)),
        steps=data.steps,
        epochs=run.optimisation.epochs,
        mnist_epochs=MNIST_EPOCHS,
        rate=run.optimisation.learning_rate,
        slope=run.network.slope,
        validation=data.split.validation_share,
        rows="\n".join(rows),
        ratio=mean_interval(by_fold.ratio.to_numpy()),
        fold_rows="\n".join(
            f"| {fold} | {100 * row[REAL]:.1f} % | {100 * row[SIMULATED]:.1f} % | {row.ratio:.3f} |"
            for fold, row in by_fold.iterrows()
        ),
        mnist=MNIST,
        mnist_folds=", ".join(map(str, mnist_folds)),
        small_real=100 * by_fold.loc[mnist_folds, REAL].mean(),
        small_simulated=100 * by_fold.loc[mnist_folds, SIMULATED].mean(),
    )


def _bounds(interval: Interval) -> str:
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %" if interval.n > 1 else "–"
