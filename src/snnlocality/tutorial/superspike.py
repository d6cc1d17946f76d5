"""SuperSpike (Zenke & Ganguli 2018; the tutorial's eq. 9-13): learning to answer spike trains with spike trains.

The last layer's neurons spike, and their spikes S shall be the targets S^. Both are compared through a double
exponential kernel eps, the synaptic and the membrane filter one after the other (van Rossum's distance)::

    L = 1/2 sum_t e[t]^2        e = eps * (S^ - S)
    dW_ij = eta sum_t e_i[t] (eps * [h(U_i - theta) (eps * S_j)])[t]

Hidden neurons hear e through feedback weights. Read backwards in time the sum is the shared scan: the error that
layer l receives is (eps^ * e) B_l, eps^ the kernel run backwards in time, with no credit through reset or recurrence.
So it runs on any engine, as a rule whose layers have errors of their own.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

from snnlocality.engines.interface import Engine
from snnlocality.engines.values import Errors
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Network, Weights
from snnlocality.neurons.lif import Leaky, require_leaky

RULE = Rule(
    label="SuperSpike",
    source=ErrorSource.LOCAL,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Zenke & Ganguli 2018; Neftci et al. 2019, eq. 13",
)
FEEDBACK = ("symmetric", "random", "uniform")
_MEMORY = 0.999  # of the largest recent squared gradient, per step
_EPSILON = 1e-8


class Progress(NamedTuple):
    """One update."""

    loss: float  # L per output neuron
    spikes: np.ndarray  # (steps, samples, outputs), before the update


def kernel(x: np.ndarray, dynamics: Leaky) -> np.ndarray:
    """eps * x along the first axis, of area 1: two leaky filters, the synapse's and the membrane's."""
    alpha, beta = dynamics.alpha, dynamics.beta
    return lfilter([1 - beta], [1, -beta], lfilter([1 - alpha], [1, -alpha], x, axis=0), axis=0)


def van_rossum(spikes: np.ndarray, targets: np.ndarray, dynamics: Leaky) -> tuple[float, np.ndarray]:
    """L, summed over steps, samples and outputs, and its derivative by every spike, -(eps^ * e)."""
    e = kernel(targets - spikes, dynamics)
    return 0.5 * float(np.square(e).sum()), -kernel(e[::-1], dynamics)[::-1]


def feedback(kind: str, weights: Weights, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """B_l of shape (outputs, N_l): outputs hear their own error, hidden neurons all outputs'.

    ``symmetric``: the product of the weights above; ``random``: as large; ``uniform``: all the same.
    """
    last = max(int(name[1:]) for name in weights if name[0] == "W" and name[1:].isdigit())
    outputs = len(weights[f"W{last}"])
    B = {f"B{last}": np.eye(outputs)}
    product = np.eye(outputs)
    for layer in range(last - 1, 0, -1):
        product = product @ weights[f"W{layer + 1}"]
        size = np.sqrt(np.square(product).mean())
        if kind == "symmetric":
            B[f"B{layer}"] = product
        elif kind == "random":
            B[f"B{layer}"] = size * generator.standard_normal(product.shape)
        elif kind == "uniform":
            B[f"B{layer}"] = np.full(product.shape, size)
        else:
            raise ValueError(f"no feedback is called {kind!r}; there are {', '.join(FEEDBACK)}")
    return B


def gradients(
    network: Network, inputs: np.ndarray, targets: np.ndarray, engine: Engine, rule: Rule = RULE
) -> tuple[Progress, dict[str, np.ndarray]]:
    """The loss of spike trains (steps, samples, units) and SuperSpike's gradients of the layers' weights.

    ``network.feedback`` as ``feedback`` makes it; the network's readout, of as many classes as outputs, is not used.
    """
    traces = engine.forward(network, inputs)
    spikes = traces.spikes[-1]
    loss, error = van_rossum(spikes, targets, require_leaky(network.dynamics))
    errors = Errors(np.zeros_like(traces.readout), (error,) * len(network.hidden))
    found = engine.backward(traces, errors, rule)
    outputs = spikes.shape[2]
    return Progress(loss / outputs, spikes), {name: found[name] for name in found if name != "W_out"}


class RMaxProp:
    """SuperSpike's step size: v = max(memory v, g^2), w -= rate g / sqrt(v), weight by weight."""

    def __init__(self, weights: Mapping[str, np.ndarray], rate: float) -> None:
        self._weights, self._rate = weights, rate
        self._largest = {name: np.zeros_like(array) for name, array in weights.items()}

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Change the weights in place."""
        for name, g in gradients.items():
            v = self._largest[name]
            np.maximum(_MEMORY * v, np.square(g), out=v)
            self._weights[name] -= self._rate * g / (np.sqrt(v) + _EPSILON)
