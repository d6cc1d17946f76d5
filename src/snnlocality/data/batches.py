"""Prepared data sets, and the batches that training and evaluation draw from them.

Both kinds of data end in the same ``Batch``: inputs for an engine, a target for every step, a mask of the
steps that count, and how many consecutive steps make one decision (all of a recording; those of one frame).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from snnlocality.data.inputs import Batch, Events
from snnlocality.data.speech.normalisation import mean_and_scale
from snnlocality.data.splits import Part
from snnlocality.errors import UserError
from snnlocality.tensors import read_tensors

_FRAME_MS = 10.0  # hop of the speech features


class Dataset(Protocol):
    """What training needs of a data set."""

    @property
    def inputs(self) -> int:
        """Number of input units."""
        ...

    @property
    def classes(self) -> int:
        """Number of classes."""
        ...

    @property
    def step_ms(self) -> float:
        """Duration of a simulation step in milliseconds."""
        ...

    def __len__(self) -> int:
        """Number of samples."""
        ...

    def batch(self, indices: np.ndarray) -> Batch:
        """The samples of these indices, in this order."""
        ...

    def without_time(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (decisions, inputs) and labels (decisions,): what a classifier without memory sees."""
        ...


@dataclass(frozen=True)
class EventDataset:
    """Event recordings, binned and packed: see ``data.inputs.Events`` for the layout."""

    units: np.ndarray  # (events,) uint16
    offsets: np.ndarray  # (samples * steps + 1,) int64
    labels: np.ndarray  # (samples,) uint8
    steps: int
    step_ms: float
    inputs: int
    classes: int

    def __len__(self) -> int:
        """Number of recordings."""
        return len(self.labels)

    def batch(self, indices: np.ndarray) -> Batch:
        """See ``Dataset.batch``."""
        targets = np.broadcast_to(self.labels[indices].astype(np.int64), (self.steps, len(indices)))
        return Batch(self._events(indices), targets, np.ones(targets.shape, np.float32), self.steps)

    def without_time(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Events of every unit over the whole recording; see ``Dataset.without_time``."""
        return self._events(indices).counts(), self.labels[indices]

    def _events(self, indices: np.ndarray) -> Events:
        return Events(self.units, self.offsets, np.asarray(indices, np.int64), self.steps, self.inputs)


@dataclass(frozen=True)
class FrameDataset:
    """Utterances as sequences of feature frames, each frame held for ``steps_per_frame`` steps."""

    features: np.ndarray  # (frames, inputs) float32, not normalised
    labels: np.ndarray  # (frames,) uint8
    offsets: np.ndarray  # (utterances + 1,) int64
    steps_per_frame: int
    classes: int
    mean: np.ndarray  # (inputs,) float32, of the training frames
    scale: np.ndarray  # (inputs,) float32, standard deviation of the training frames

    @property
    def inputs(self) -> int:
        """Number of features."""
        return self.features.shape[1]

    @property
    def step_ms(self) -> float:
        """A frame's 10 ms, divided among the steps it is held for."""
        return _FRAME_MS / self.steps_per_frame

    def __len__(self) -> int:
        """Number of utterances."""
        return len(self.offsets) - 1

    def batch(self, indices: np.ndarray) -> Batch:
        """See ``Dataset.batch``; shorter utterances are padded with zeros, which the mask leaves out."""
        spans = [slice(self.offsets[i], self.offsets[i + 1]) for i in indices]
        longest = max(span.stop - span.start for span in spans)
        inputs = np.zeros((longest, len(indices), self.inputs), np.float32)
        targets = np.zeros((longest, len(indices)), np.int64)
        mask = np.zeros((longest, len(indices)), np.float32)
        for column, span in enumerate(spans):
            length = span.stop - span.start
            inputs[:length, column] = (self.features[span] - self.mean) / self.scale
            targets[:length, column] = self.labels[span]
            mask[:length, column] = 1
        inputs, targets, mask = (np.repeat(array, self.steps_per_frame, axis=0) for array in (inputs, targets, mask))
        return Batch(inputs, targets, mask, self.steps_per_frame)

    def without_time(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Single normalised frames; see ``Dataset.without_time``."""
        rows = np.concatenate([np.arange(self.offsets[i], self.offsets[i + 1]) for i in indices])
        return (self.features[rows] - self.mean) / self.scale, self.labels[rows]


def batches(dataset: Dataset, indices: np.ndarray, size: int) -> Iterator[Batch]:
    """The samples of ``indices`` in order, ``size`` at a time (the last batch may be smaller)."""
    for start in range(0, len(indices), size):
        yield dataset.batch(indices[start : start + size])


def load(path: str | Path, fold: int) -> tuple[Dataset, dict[Part, np.ndarray]]:
    """A prepared data set and the sample indices of each part in this fold.

    Features are normalised with the statistics of this fold's training frames only. Raises UserError for a file that is
    no prepared data, or has no such fold.
    """
    arrays, metadata = read_tensors(path)
    if f"fold{fold}" not in arrays:
        raise UserError(f"{path} has no fold {fold}; choose a fold below the study's number of folds.")
    parts = {part: np.flatnonzero(arrays[f"fold{fold}"] == part) for part in Part}
    try:
        made = _recordings if metadata["kind"] == "events" else _utterances
        dataset = made(arrays, metadata, parts[Part.TRAIN])
        if len(arrays[f"fold{fold}"]) != len(dataset):
            raise ValueError("a fold is of another length")
        if not len(parts[Part.TRAIN]) or sum(map(len, parts.values())) != len(dataset):
            raise ValueError("a fold without training samples, or of parts that are none")
    except (KeyError, ValueError, TypeError, ArithmeticError, IndexError) as error:
        raise UserError(f"{path} holds no prepared data ({error}); delete it and run the workflow again.") from None
    return dataset, parts


def _recordings(arrays: dict[str, np.ndarray], metadata: dict[str, str], training: np.ndarray) -> EventDataset:
    steps, inputs, classes = (int(metadata[name]) for name in ("steps", "inputs", "classes"))
    units, offsets, labels = (arrays[name] for name in ("units", "offsets", "labels"))
    _check_offsets(offsets, len(labels) * steps, len(units))
    _check_below(inputs, units, np.uint16)
    _check_below(classes, labels, np.uint8)
    return EventDataset(units, offsets, labels, steps, float(metadata["duration_ms"]) / steps, inputs, classes)


def _utterances(arrays: dict[str, np.ndarray], metadata: dict[str, str], training: np.ndarray) -> FrameDataset:
    steps_per_frame, classes = int(metadata["steps_per_frame"]), int(metadata["classes"])
    features, labels, offsets = (arrays[name] for name in ("features", "labels", "offsets"))
    if features.ndim != 2 or features.dtype != np.float32 or len(labels) != len(features) or steps_per_frame < 1:
        raise ValueError("features of another shape")
    _check_offsets(offsets, len(offsets) - 1, len(features))
    _check_below(classes, labels, np.uint8)
    of_utterance = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    mean, scale = mean_and_scale(features[np.isin(of_utterance, training)])
    return FrameDataset(features, labels, offsets, steps_per_frame, classes, mean, scale)


# The engines' kernels follow offsets and numbers of units and classes without looking.
def _check_offsets(offsets: np.ndarray, pieces: int, end: int) -> None:
    if offsets.dtype != np.int64 or offsets.shape != (pieces + 1,) or pieces < 1:
        raise ValueError("offsets of another shape")
    if offsets[0] != 0 or offsets[-1] != end or (np.diff(offsets) < 0).any():
        raise ValueError("offsets that lead elsewhere")


def _check_below(limit: int, numbers: np.ndarray, dtype: type) -> None:
    if numbers.dtype != dtype or numbers.ndim != 1 or (len(numbers) and numbers.max() >= limit):
        raise ValueError(f"numbers of units or classes that are not below {limit}")


def read_notice(path: str | Path) -> str:
    """What must be said wherever numbers from this prepared data set appear."""
    try:
        return read_tensors(path)[1]["notice"]
    except KeyError:
        raise UserError(f"{path} does not say where it is from; delete it and run the workflow again.") from None
