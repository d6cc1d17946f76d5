"""What a network is given: input as events or as a dense current, and a batch of it with its targets."""

from typing import NamedTuple

import numpy as np


class Events(NamedTuple):
    """Event input of a batch: a view of a packed set of recordings, never a dense array.

    ``units[offsets[i * steps + t] : offsets[i * steps + t + 1]]`` are the active units of recording i at step t; a
    unit listed twice counts twice. Sample b of the batch is recording ``index[b]``.
    """

    units: np.ndarray  # (events of the packed set,) uint16
    offsets: np.ndarray  # (recordings * steps + 1,) int64
    index: np.ndarray  # (samples,) int64
    steps: int
    inputs: int  # number of input units
    current: np.ndarray | None = None  # (samples, inputs): added to the input at every step, as an attack does

    @property
    def samples(self) -> int:
        """Number of samples in the batch."""
        return len(self.index)

    def counts(self) -> np.ndarray:
        """Events of every unit over the whole recording, (samples, inputs) float32; without the current."""
        T = self.steps
        spans = (self.units[self.offsets[i * T] : self.offsets[(i + 1) * T]] for i in self.index)
        return np.array([np.bincount(span, minlength=self.inputs) for span in spans], np.float32)

    def dense(self) -> np.ndarray:
        """The same input as a dense array, (steps, samples, inputs) float32; for what cannot be had otherwise."""
        T = self.steps
        result = np.zeros((T, self.samples, self.inputs), np.float32)
        for sample, recording in enumerate(self.index):
            offsets = self.offsets[recording * T : (recording + 1) * T + 1]
            step = np.repeat(np.arange(T), np.diff(offsets))
            np.add.at(result, (step, sample, self.units[offsets[0] : offsets[-1]]), 1)
        return result if self.current is None else result + self.current.astype(np.float32)


Inputs = Events | np.ndarray  # or a dense current of shape (steps, samples, inputs)


class Batch(NamedTuple):
    """Samples for one forward pass."""

    inputs: Inputs
    targets: np.ndarray  # (steps, samples) int64 class of every step
    mask: np.ndarray  # (steps, samples) float32, 1 where the step counts, 0 for padding
    steps_per_decision: int
