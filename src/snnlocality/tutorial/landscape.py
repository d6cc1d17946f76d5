"""The loss along a straight line in weight space, and the size of its gradient there (the tutorial's figure 4).

The hidden weights go from where training started to where it ended, W(a) = (1 - a) W_start + a W_end; all others are
those of the end. Spikes make the loss a staircase: its true gradient is zero almost everywhere, and infinite at the
steps. The surrogate gradient is neither.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import Loss, errors, mean_loss
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network

LINE = "W1"  # the weights that move


class Line(NamedTuple):
    """What was found on the way, a number per point."""

    way: np.ndarray  # from 0, the start, to 1, the end
    loss: np.ndarray
    true_norm: np.ndarray  # of the gradient by finite differences
    surrogate_norm: np.ndarray


def at(end: Network, start: np.ndarray, way: float) -> Network:
    """The network at a point of the line."""
    weights = (1 - way) * start + way * end.weights[LINE]
    return replace(end, weights={**end.weights, LINE: weights})


def loss_of(network: Network, batch: Batch, loss: Loss, engine: Engine) -> float:
    """The batch's mean loss."""
    value, _ = loss(engine.forward(network, batch.inputs).readout, batch.targets)
    return mean_loss(value, batch)


def surrogate_gradient(network: Network, batch: Batch, loss: Loss, engine: Engine) -> np.ndarray:
    """Of the moving weights, by BPTT."""
    traces = engine.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, BPTT, loss, None)
    return engine.backward(traces, batch_errors, BPTT)[LINE]


def finite_differences(network: Network, batch: Batch, loss: Loss, engine: Engine, step: float) -> np.ndarray:
    """The same by central differences of the loss itself."""
    W = network.weights[LINE]
    gradient = np.zeros_like(W)
    for index in np.ndindex(W.shape):
        around = []
        for sign in (1, -1):
            moved = W.copy()
            moved[index] += sign * step
            around.append(loss_of(replace(network, weights={**network.weights, LINE: moved}), batch, loss, engine))
        gradient[index] = (around[0] - around[1]) / (2 * step)
    return gradient


def walk(start: np.ndarray, end: Network, batch: Batch, loss: Loss, engine: Engine, points: int, step: float) -> Line:
    """Losses and norms of gradients at so many points of the line from ``start`` (the moving weights) to ``end``."""
    ways = np.linspace(0, 1, points)
    found = []
    for way in ways:
        network = at(end, start, way)
        gradients = (
            finite_differences(network, batch, loss, engine, step),
            surrogate_gradient(network, batch, loss, engine),
        )
        found.append((loss_of(network, batch, loss, engine), *map(np.linalg.norm, gradients)))
    return Line(ways, *np.array(found).T)
