"""The case every contender is given: data, initial weights and settings in one file. NumPy alone is needed to read it.

``benchmarks.making`` writes it; contenders run in environments where this package is not installed.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np


class Case(NamedTuple):
    """A network, its data and how it is trained; the neuron is that of ``snnlocality.neurons.lif``."""

    units: np.ndarray  # (events,) uint16, sorted by recording and step
    offsets: np.ndarray  # (recordings * steps + 1,) int64
    currents: np.ndarray  # (recordings, steps, inputs) float32: dense input, where there are no events; else empty
    labels: np.ndarray  # (recordings,) uint8
    batches: np.ndarray  # (batches, batch size) int64 recordings of the timed steps
    training: np.ndarray  # indices of the training part
    test: np.ndarray  # indices of the test part
    weights: dict[str, np.ndarray]  # W1, V1 (if recurrent), W2, V2, W_out; float32, (above, below)
    feedback: dict[str, np.ndarray]  # B1, B2 of the local rules
    steps: int
    step_ms: float
    inputs: int
    classes: int
    alpha: float
    beta: float
    kappa: float
    theta: float
    slope: float  # of the fast sigmoid
    learning_rate: float

    @property
    def hidden(self) -> range:
        """Indices 1..L of the hidden layers."""
        return range(1, sum(name.startswith("W") for name in self.weights))

    @property
    def recurrent(self) -> bool:
        """Whether the hidden layers have recurrent weights."""
        return "V1" in self.weights

    @property
    def events_per_recording(self) -> float:
        """Mean number of input events."""
        return len(self.units) / len(self.labels)


_DICTIONARIES = ("weights", "feedback")


def save(path: Path, case: Case) -> None:
    """Write a case as one uncompressed npz file."""
    arrays = {name: np.asarray(value) for name, value in case._asdict().items() if name not in _DICTIONARIES}
    for field in _DICTIONARIES:
        arrays |= {f"{field}/{name}": array for name, array in getattr(case, field).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)


def load(path: str | Path) -> Case:
    """Read what ``save`` has written."""
    with np.load(path, allow_pickle=False) as file:
        fields: dict = {field: {} for field in _DICTIONARIES}
        for name in file.files:
            field, _, key = name.partition("/")
            array = file[name]
            if key:
                fields[field][key] = array
            else:
                fields[field] = array.item() if array.ndim == 0 else array
    return Case(**fields)


def dense(case: Case, recordings: np.ndarray) -> np.ndarray:
    """Input of these recordings as most libraries want it: (steps, samples, inputs) float32; of events 0 or 1."""
    if len(case.currents):
        return np.ascontiguousarray(case.currents[recordings].swapaxes(0, 1))
    T = case.steps
    inputs = np.zeros((T, len(recordings), case.inputs), np.float32)
    for sample, recording in enumerate(recordings):
        offsets = case.offsets[recording * T : (recording + 1) * T + 1]
        step = np.repeat(np.arange(T), np.diff(offsets))
        inputs[step, sample, case.units[offsets[0] : offsets[-1]]] = 1
    return inputs
