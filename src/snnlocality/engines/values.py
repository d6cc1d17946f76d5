"""What goes into an engine and comes out of it, as NumPy arrays; time comes first, then the sample, then the unit."""

from typing import NamedTuple, Protocol

import numpy as np


class Errors(NamedTuple):
    """Loss derivatives a backward scan starts from."""

    readout: np.ndarray  # dL/dy, (steps, samples, classes)
    local: tuple[np.ndarray, ...]  # dL_l/dY_l per hidden layer, same shape; empty unless layers have losses


class Learned(NamedTuple):
    """What a training step needs to know of a batch."""

    loss: float  # the readout's, mean over the steps that count
    gradients: dict[str, np.ndarray]  # by weight name
    readout: np.ndarray  # y, (steps, samples, classes)


class Traces(Protocol):
    """What a forward pass leaves behind; an engine keeps it in its own form and converts what is asked for."""

    @property
    def readout(self) -> np.ndarray:
        """y, (steps, samples, classes)."""
        ...

    @property
    def spikes(self) -> tuple[np.ndarray, ...]:
        """s_l per hidden layer, dense, (steps, samples, N_l)."""
        ...

    @property
    def potentials(self) -> tuple[np.ndarray, ...]:
        """U_l per hidden layer, (steps, samples, N_l)."""
        ...

    def project(self, layer: int, matrix: np.ndarray) -> np.ndarray:
        """``matrix`` s_l[t] of hidden layer ``layer`` (from 1): (steps, samples, rows of the matrix)."""
        ...

    def spike_counts(self, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        """Spikes of every neuron in the steps where ``mask`` (steps, samples) is 1: (N_l,) per hidden layer."""
        ...
