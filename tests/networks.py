"""Small random networks and batches in float64, and gradients by autograd to judge the engines by."""

from itertools import pairwise

import numpy as np
import torch
from hypothesis import strategies as st

from snnlocality import registry
from snnlocality.data.batches import Batch
from snnlocality.engines.interface import Events
from snnlocality.engines.reference import ReferenceEngine, spike_functions
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Shape
from snnlocality.neurons.lif import Dynamics
from snnlocality.neurons.spikes import spiking

RULES = "snnlocality.learning.rules"
SURROGATES = "snnlocality.neurons.surrogates"
DYNAMICS = Dynamics(alpha=0.7, beta=0.85, kappa=0.9, theta=1.2)  # not 1, so that a lost theta shows
ENGINE = ReferenceEngine(torch.float64)


def rule(name: str) -> Rule:
    return registry.load(RULES, name).RULE


def random_network(shape: Shape, seed=0, gain=1.0, spike=None, dynamics=DYNAMICS) -> Network:
    """Weights that let most layers fire at ``gain`` 1, few spike at 0.1 and all saturate at 30."""
    random = np.random.default_rng(seed)
    sizes = (shape.inputs, *shape.hidden)
    weights, feedback = {}, {}
    for layer, (below, units) in enumerate(pairwise(sizes), start=1):
        weights[f"W{layer}"] = gain * (0.1 + random.standard_normal((units, below))) / np.sqrt(below)
        if shape.recurrent:
            V = 0.5 * gain * random.standard_normal((units, units)) / np.sqrt(units)
            weights[f"V{layer}"] = V * (1 - np.eye(units))
        feedback[f"B{layer}"] = random.standard_normal((shape.classes, units)) / np.sqrt(units)
    weights["W_out"] = random.standard_normal((shape.classes, sizes[-1])) / np.sqrt(sizes[-1])
    return Network(dynamics, spike or spiking("fast_sigmoid", 2.0), weights, feedback)


def random_batch(shape: Shape, steps=12, samples=3, seed=0, inputs=None) -> Batch:
    """Dense spike counts by default; the last sample ends early, as padded utterances do."""
    random = np.random.default_rng([seed, 1])
    if inputs is None:
        inputs = random.poisson(0.6, (steps, samples, shape.inputs)).astype(np.float64)
    targets = random.integers(shape.classes, size=(steps, samples))
    mask = np.ones((steps, samples))
    mask[max(1, 2 * steps // 3) :, -1] = 0
    return Batch(inputs, targets, mask, 1)


def as_events(counts: np.ndarray) -> Events:
    """Spike counts (steps, samples, inputs) as events; a unit of count n is listed n times."""
    steps, samples, inputs = counts.shape
    rows = counts.transpose(1, 0, 2).reshape(samples * steps, inputs).astype(int)
    units = [np.repeat(np.arange(inputs), row) for row in rows]
    offsets = np.concatenate([[0], np.cumsum(rows.sum(axis=1))])
    return Events(np.concatenate(units).astype(np.uint16), offsets, np.arange(samples), steps, inputs)


def scan_gradients(network: Network, batch: Batch, name: str, loss="cross_entropy", local_loss="cross_entropy"):
    """Gradients of the named rule by the reference engine in float64."""
    chosen = rule(name)
    traces = ENGINE.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, chosen, LOSSES[loss], LOSSES[local_loss])
    return ENGINE.backward(traces, batch_errors, chosen)


def autograd_gradients(network: Network, batch: Batch, *, through_reset: bool, through_recurrence: bool = True):
    """Gradients of the mean cross-entropy by automatic differentiation of the unrolled network."""
    alpha, beta, kappa, theta = network.dynamics
    weights = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in network.weights.items()}
    emit, derivative = spike_functions(network)
    rest = torch.zeros((), dtype=torch.float64)
    state = dict.fromkeys(network.hidden, (rest, rest, rest))
    y = loss = rest
    weight = torch.from_numpy(batch.mask / batch.mask.sum())
    for t, x in enumerate(torch.from_numpy(batch.inputs)):
        below = x
        for layer in network.hidden:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            I, U, s = state[layer]
            I = alpha * I + below @ W.T
            if V is not None:
                before = s.expand(len(below), len(V))
                I = I + (before if through_recurrence else before.detach()) @ V.T
            U = beta * U + I - theta * (s if through_reset else s.detach())
            distance = U - theta
            # Worth emit(distance), but differentiated as the surrogate.
            h = derivative(distance).detach()
            s = emit(distance).detach() + h * (distance - distance.detach())
            state[layer] = I, U, s
            below = s
        y = kappa * y + below @ weights["W_out"].T
        step_loss = torch.nn.functional.cross_entropy(y, torch.from_numpy(batch.targets[t]), reduction="none")
        loss = loss + (weight[t] * step_loss).sum()
    loss.backward()
    gradients = {name: tensor.grad.numpy() for name, tensor in weights.items()}
    for name, gradient in gradients.items():
        if name.startswith("V"):
            np.fill_diagonal(gradient, 0)
    return gradients


def relative_error(got, expected) -> float:
    """Largest deviation over all weights, each relative to the largest entry of its expected gradient."""
    assert got.keys() == expected.keys()
    return max(
        float(np.abs(got[name] - gradient).max()) / max(float(np.abs(gradient).max()), 1e-100)
        for name, gradient in expected.items()
    )


@st.composite
def cases(draw, recurrent=None, layers=(1, 2, 3)):
    """(network, batch) of any size and activity: one step, one sample, silent and saturated networks included."""
    hidden = tuple(draw(st.lists(st.integers(1, 6), min_size=min(layers), max_size=max(layers))))
    if recurrent is None:
        recurrent = draw(st.booleans())
    shape = Shape(draw(st.integers(1, 7)), hidden, draw(st.integers(2, 4)), recurrent)
    seed = draw(st.integers(0, 1000))
    network = random_network(
        shape,
        seed,
        gain=draw(st.sampled_from((1.0, 2.0, 0.01, 30.0))),
        spike=spiking(draw(st.sampled_from(registry.names(SURROGATES))), draw(st.sampled_from((1.0, 3.0)))),
    )
    return network, random_batch(shape, draw(st.integers(1, 10)), draw(st.integers(1, 3)), seed)
