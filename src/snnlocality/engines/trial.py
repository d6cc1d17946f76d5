"""A tiny network on which an engine is tried before it is trusted: what must come out is worked out here, in NumPy.

The equations are those of ``engines.interface`` for one recurrent hidden layer and BPTT.
"""

import numpy as np

from snnlocality.data.inputs import Batch, Events
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Network
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import PLAIN

_STEPS, _SAMPLES, _INPUTS, _HIDDEN, _CLASSES = 4, 2, 7, 5, 3
_DYNAMICS = Leaky(alpha=0.5, beta=0.75, kappa=0.875, theta=1.0)
_LOSS = "cross_entropy"
# BPTT, but not the study's: no result depends on this one.
_RULE = Rule(
    label="every edge",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="engines.interface",
)
_ROUNDING = 1e-4  # of an engine in single precision, relative to the largest number


class Wrong(Exception):
    """What an engine gets wrong, in words."""


def attempt(engine: Engine) -> None:
    """Let an engine simulate and learn; raises Wrong if anything else comes out than must, or whatever it raises."""
    network, batch = problem()
    U, s, y, value, gradients = solution(network, batch)
    traces = engine.forward(network, batch.inputs)
    learned = engine.loss_and_gradients(network, batch, _RULE, _LOSS, None)
    got = {"potentials": traces.potentials[0], "spikes": traces.spikes[0], "readout": traces.readout}
    expected = {"potentials": U, "spikes": s, "readout": y, "loss": np.array(value), **gradients}
    for name, array in {**got, "loss": np.array(learned.loss), **learned.gradients}.items():
        if not np.abs(array - expected[name]).max() <= _ROUNDING * np.abs(expected[name]).max():  # nor if it is NaN
            raise Wrong(f"on a network of which all is known it gets a wrong {name}")


def problem() -> tuple[Network, Batch]:
    """A network none of whose potentials is near the threshold, and recordings with targets."""
    random = np.random.default_rng(0)
    V = 0.5 * random.standard_normal((_HIDDEN, _HIDDEN)) * (1 - np.eye(_HIDDEN))
    weights = {
        "W1": random.standard_normal((_HIDDEN, _INPUTS)),
        "V1": V,
        "W_out": random.standard_normal((_CLASSES, _HIDDEN)),
    }
    active = random.random((_SAMPLES * _STEPS, _INPUTS)) < 0.4
    offsets = np.concatenate([[0], np.cumsum(active.sum(axis=1))])
    inputs = Events(np.nonzero(active)[1].astype(np.uint16), offsets, np.arange(_SAMPLES), _STEPS, _INPUTS)
    targets = random.integers(_CLASSES, size=(_STEPS, _SAMPLES))
    network = Network(_DYNAMICS, PLAIN, weights, {})
    return network, Batch(inputs, targets, np.ones(targets.shape, np.float32), _STEPS)


def solution(network: Network, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, dict[str, np.ndarray]]:
    """Potentials, spikes, readout, loss and gradients of the problem."""
    alpha, beta, kappa, theta, *_ = _DYNAMICS
    W, V, W_out = network.weights.values()
    assert isinstance(batch.inputs, Events)
    x = batch.inputs.dense()
    U, s, y = (np.zeros((_STEPS, _SAMPLES, units)) for units in (_HIDDEN, _HIDDEN, _CLASSES))
    I = np.zeros_like(U[0])
    for t in range(_STEPS):
        before = (U[t - 1], s[t - 1], y[t - 1])  # at first what is last, which is still zero
        I = alpha * I + x[t] @ W.T + before[1] @ V.T
        U[t] = beta * before[0] + I - theta * before[1]
        s[t] = U[t] > theta
        y[t] = kappa * before[2] + s[t] @ W_out.T
    value, derivative = LOSSES[_LOSS](y, batch.targets)
    lambda_I, lambda_U, lambda_y = np.zeros_like(U), np.zeros_like(U[0]), derivative / value.size
    for t in range(_STEPS - 1, -1, -1):
        after = lambda_I[(t + 1) % _STEPS]  # at first the first, which is still zero
        if t + 1 < _STEPS:
            lambda_y[t] += kappa * lambda_y[t + 1]
        G = lambda_y[t] @ W_out + after @ V - theta * lambda_U
        lambda_U = beta * lambda_U + G / np.square(1 + np.abs(U[t] - theta))
        lambda_I[t] = alpha * after + lambda_U
    gradients = {"W1": _outer_sum(lambda_I, x), "W_out": _outer_sum(lambda_y, s)}
    gradients["V1"] = _outer_sum(lambda_I[1:], s[:-1]) * (1 - np.eye(_HIDDEN))
    return U, s, y, float(value.mean()), gradients


def _outer_sum(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    summed: np.ndarray = left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2])
    return summed
