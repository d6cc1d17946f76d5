"""A network as a value: what is fixed (dynamics, spike function) and its named weights.

Weights are NumPy arrays under the names that equations, gradients, files and figures share:
``W1``, ``V1``, ``W2``, ... for the hidden layers (V only where a layer is recurrent) and ``W_out``; where the readout
reads the layers below the last one too, ``O1``, ``O2``, ... for these.
Feedback weights, which forward passes do not use, are kept apart under ``B1``, ``B2``, ... (``learning.rule``).
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from snnlocality.neurons.neuron import Dynamics
from snnlocality.neurons.spikes import SpikeFunction

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Network:
    """Hidden layers of spiking neurons under a leaky readout.

    ``weights``: W{l} of shape (N_l, N_{l-1}), V{l} of shape (N_l, N_l) with zero diagonal, W_out of shape
    (classes, N_L), O{l} of shape (classes, N_l). ``feedback``: whatever other matrices the learning rule declares
    (``learning.rule``).
    """

    dynamics: Dynamics
    spike: SpikeFunction
    weights: Weights
    feedback: Weights

    @property
    def hidden(self) -> range:
        """Indices 1..L of the hidden layers."""
        return hidden_layers(self.weights)


def hidden_layers(names: Iterable[str]) -> range:
    """Indices 1..L of the hidden layers of a network whose weights have these names."""
    return range(1, sum(name.startswith("W") for name in names))


def readouts(names: Iterable[str]) -> dict[int, str]:
    """By every hidden layer that the readout reads, the name of the weights it does so by, given all names."""
    names = list(names)
    direct = {int(name[1:]): name for name in names if name.startswith("O")}
    return direct | {len(hidden_layers(names)): "W_out"}


@dataclass(frozen=True)
class Shape:
    """Numbers of units, whether the hidden layers are recurrent, and whether the readout reads all or the last."""

    inputs: int
    hidden: tuple[int, ...]
    classes: int
    recurrent: bool
    direct_readout: bool = False

    @property
    def weights(self) -> int:
        """Number of trained weights; a recurrent layer's zero diagonal is not counted."""
        sizes = (self.inputs, *self.hidden, self.classes)
        forward = sum(above * below for below, above in itertools.pairwise(sizes))
        recurrent = sum(n * (n - 1) for n in self.hidden) if self.recurrent else 0
        return forward + recurrent + (self.classes * sum(self.hidden[:-1]) if self.direct_readout else 0)

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """(units above, units below) of every weight matrix, by name."""
        sizes = (self.inputs, *self.hidden)
        forward = {f"W{layer}": (n, below) for layer, (below, n) in enumerate(itertools.pairwise(sizes), start=1)}
        recurrent = {f"V{layer}": (n, n) for layer, n in enumerate(self.hidden, start=1) if self.recurrent}
        direct = {
            f"O{layer}": (self.classes, n) for layer, n in enumerate(self.hidden[:-1], start=1) if self.direct_readout
        }
        return forward | recurrent | direct | {"W_out": (self.classes, self.hidden[-1])}


def matched_feedforward(shape: Shape) -> Shape:
    """The feed-forward network of one hidden layer with as many weights as ``shape`` has, to within one unit.

    The control for "recurrence helps": a recurrent network also has more weights (TIMIT: five times).
    """
    (_,) = shape.hidden
    width = round(shape.weights / (shape.inputs + shape.classes))
    return Shape(shape.inputs, (width,), shape.classes, recurrent=False)


def draw_weights(shape: Shape, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Gaussian weights of variance 1/fan-in, float32; ``learning.initialisation`` then scales them to the data.

    Feed-forward weights are drawn before recurrent ones, each layer from a generator of its own, so that the
    FF and REC networks of one seed start from the same feed-forward weights, whatever the readout reads.
    """
    sizes = (shape.inputs, *shape.hidden, shape.classes)
    names = [f"W{layer}" for layer in range(1, len(shape.hidden) + 1)] + ["W_out"]
    streams = dict(
        zip(
            [*names, *(f"V{name[1:]}" for name in names[:-1])],
            generator.spawn(2 * len(names) - 1),
            strict=True,
        )
    )
    weights = {}
    for name, below, above in zip(names, sizes, sizes[1:], strict=False):
        weights[name] = _gaussian(streams[name], above, below)
        if shape.recurrent and name != "W_out":
            recurrent = _gaussian(streams[f"V{name[1:]}"], above, above)
            np.fill_diagonal(recurrent, 0)
            weights[f"V{name[1:]}"] = recurrent
    if shape.direct_readout:
        below_last = shape.hidden[:-1]
        for layer, (units, stream) in enumerate(
            zip(below_last, generator.spawn(len(below_last)), strict=True), start=1
        ):
            weights[f"O{layer}"] = _gaussian(stream, shape.classes, units)
    return weights


def _gaussian(generator: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    drawn: np.ndarray = generator.standard_normal((rows, columns)) / np.sqrt(columns)
    return drawn.astype(np.float32)
