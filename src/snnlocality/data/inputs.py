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
    index: np.ndarray  # type: ignore[assignment]  # hides tuple's; (samples,) int64
    steps: int
    inputs: int  # number of input units

    @property
    def samples(self) -> int:
        """Number of samples in the batch."""
        return len(self.index)

    def counts(self) -> np.ndarray:
        """Events of every unit over the whole recording, (samples, inputs) float32."""
        T = self.steps
        spans = (self.units[self.offsets[i * T] : self.offsets[(i + 1) * T]] for i in self.index)
        return np.array([np.bincount(span, minlength=self.inputs) for span in spans], np.float32)

    def dense(self) -> np.ndarray:
        """The same input as a dense array, (steps, samples, inputs) float32; for what cannot be had otherwise."""
        T = self.steps
        result = np.empty((T, self.samples, self.inputs), np.float32)
        for sample in range(self.samples):
            counts = np.bincount(self._places(sample), minlength=T * self.inputs)
            result[:, sample] = counts.reshape(T, self.inputs)
        return result

    def only(self, wanted: np.ndarray) -> "Events":
        """The events of units for which ``wanted``, (samples, inputs) bool, is true; each once a step at most."""
        T, kept = self.steps, []
        for sample in range(self.samples):
            listed = np.sort(self._places(sample))
            once = listed[np.diff(listed, prepend=-1) > 0]
            kept.append(once[wanted[sample, once % self.inputs]])
        counts = np.concatenate([np.bincount(once // self.inputs, minlength=T) for once in kept])
        units = (np.concatenate(kept) % self.inputs).astype(np.uint16)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return Events(units, offsets, np.arange(self.samples), T, self.inputs)

    def _places(self, sample: int) -> np.ndarray:
        """Of a sample's events in its dense array (steps, inputs), row after row."""
        first = self.index[sample] * self.steps
        offsets = self.offsets[first : first + self.steps + 1]
        rows = np.repeat(np.arange(self.steps) * self.inputs, np.diff(offsets))
        return rows + self.units[offsets[0] : offsets[-1]]


class Driven(NamedTuple):
    """Input by what it drives the first layer by: drive[t] + size * direction[t] in the place of W_1 x[t].

    What many inputs have in common, as those of an attack of several sizes do, is so computed once. Gradients of W_1
    need the input itself: from this none can be had.
    """

    drive: np.ndarray  # (steps, samples, N_1), as the next; what is the same at all steps is best a view (``at_all``)
    direction: np.ndarray
    size: float

    def dense(self) -> np.ndarray:
        """The sum, (steps, samples, N_1)."""
        return self.drive + self.drive.dtype.type(self.size) * self.direction


def weighed(W: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What inputs (samples, inputs) drive a first layer of weights W (N_1, inputs) by, (samples, N_1)."""
    return x.astype(W.dtype, copy=False) @ W.T


def at_all(steps: int, array: np.ndarray) -> np.ndarray:
    """The same (samples, units) at all steps, (steps, samples, units) of no more memory."""
    return np.broadcast_to(array, (steps, *array.shape))


Inputs = Events | Driven | np.ndarray  # or a dense current of shape (steps, samples, inputs)


class Batch(NamedTuple):
    """Samples for one forward pass."""

    inputs: Inputs
    targets: np.ndarray  # (steps, samples) int64 class of every step
    mask: np.ndarray  # (steps, samples) float32, 1 where the step counts, 0 for padding
    steps_per_decision: int
