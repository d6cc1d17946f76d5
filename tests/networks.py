"""Small random networks and batches in float64, and gradients by autograd to judge the engines by."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from snnlocality import registry
from snnlocality.data.inputs import Batch, Events
from snnlocality.engines.reference import ReferenceEngine, spike_functions
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.learning.routing import draw_feedback
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Network, Shape
from snnlocality.neurons import lif
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.neuron import Dynamics
from snnlocality.neurons.spikes import spiking

RULES = "snnlocality.learning.rules"
NEURONS = "snnlocality.neurons.models"
SURROGATES = "snnlocality.neurons.surrogates"
DYNAMICS = Leaky(alpha=0.7, beta=0.85, kappa=0.9, theta=1.2)  # not 1, so that a lost theta shows
ADAPTIVE = DYNAMICS._replace(rho=0.95, b=0.4)
ENGINE = ReferenceEngine(torch.float64)


# Of any kind of neuron, in milliseconds; a kind uses what it needs.
TIMES = {"step": 1.0, "synapse": 3.0, "membrane": 6.0, "threshold": 1.2, "adaptation": 20.0, "strength": 0.4}
TIMES |= {"period": 12.0, "damping": 30.0, "refractory": 10.0, "refraction": 0.1}


def declared(kind: str, theta: float = 1.2, **times: float) -> Dynamics:
    """Neurons of a kind, as a declaration gives them."""
    neuron = registry.load(NEURONS, kind)
    like = Leaky(alpha=0.0, beta=0.0, kappa=0.9, theta=theta)
    return lif.declared(neuron, neuron.values(**{**TIMES, **times}), like)


def rule(name: str) -> Rule:
    return registry.load(RULES, name)


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
    if shape.direct_readout:
        weights |= direct_weights(weights, random)
    return Network(dynamics, spike or spiking("fast_sigmoid", 2.0), weights, feedback)


def direct_weights(weights, random) -> dict[str, np.ndarray]:
    """O{l} for every hidden layer below the last one."""
    hidden = [len(weights[name]) for name in weights if name.startswith("W") and name != "W_out"]
    classes = len(weights["W_out"])
    return {f"O{l}": random.standard_normal((classes, n)) / np.sqrt(n) for l, n in enumerate(hidden[:-1], start=1)}


def suited(network: Network, chosen: Rule) -> Network:
    """The network with the readout, and with feedback matrices of the shapes, that a rule needs, in float64."""
    if chosen.direct_readout and "O1" not in network.weights:
        direct = direct_weights(network.weights, np.random.default_rng(6))
        network = replace(network, weights={**network.weights, **direct})
    if chosen.source is not ErrorSource.ABOVE and chosen.through_recurrence is not FeedbackWeights.RANDOM:
        return network
    drawn = draw_feedback(chosen, network.weights, np.random.default_rng(5))
    return replace(network, feedback={**network.feedback, **{key: B.astype(np.float64) for key, B in drawn.items()}})


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
    return rule_gradients(suited(network, rule(name)), batch, rule(name), loss, local_loss)


def rule_gradients(network: Network, batch: Batch, chosen: Rule, loss="cross_entropy", local_loss="cross_entropy"):
    """The same with the network's own feedback matrices."""
    traces = ENGINE.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, chosen, LOSSES[loss], LOSSES[local_loss])
    return ENGINE.backward(traces, batch_errors, chosen)


def autograd_gradients(network: Network, batch: Batch, *, through_reset: bool, through_recurrence: bool = True):
    """Gradients of the mean cross-entropy by automatic differentiation of the unrolled network."""
    alpha, beta, kappa, theta, rho, b = network.dynamics
    weights = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in network.weights.items()}
    emit, derivative = spike_functions(network)
    rest = torch.zeros((), dtype=torch.float64)
    state = dict.fromkeys(network.hidden, (rest, rest, rest, rest))
    y = loss = rest
    weight = torch.from_numpy(batch.mask / batch.mask.sum())
    for t, x in enumerate(torch.from_numpy(batch.inputs)):
        below = x
        for layer in network.hidden:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            I, U, s, a = state[layer]
            I = alpha * I + below @ W.T
            if V is not None:
                before = s.expand(len(below), len(V))
                I = I + (before if through_recurrence else before.detach()) @ V.T
            U = beta * U + I - theta * (s if through_reset else s.detach())
            a = rho * a + s
            distance = U - theta - b * a
            # Worth emit(distance), but differentiated as the surrogate.
            h = derivative(distance).detach()
            s = emit(distance).detach() + h * (distance - distance.detach())
            state[layer] = I, U, s, a
            below = s
        y = kappa * y + below @ weights["W_out"].T
        for layer in network.hidden[:-1]:
            if f"O{layer}" in weights:
                y = y + state[layer][2] @ weights[f"O{layer}"].T
        step_loss = torch.nn.functional.cross_entropy(y, torch.from_numpy(batch.targets[t]), reduction="none")
        loss = loss + (weight[t] * step_loss).sum()
    loss.backward()
    gradients = {name: tensor.grad.numpy() for name, tensor in weights.items()}
    for name, gradient in gradients.items():
        if name.startswith("V"):
            np.fill_diagonal(gradient, 0)
    return gradients


class _Forth(torch.autograd.Function):
    """x W^T, whose derivative by x travels by another matrix of W's shape."""

    @staticmethod
    def forward(context, x, W, back):
        context.save_for_backward(x, back)
        return x @ W.T

    @staticmethod
    def backward(context, error):
        x, back = context.saved_tensors
        return error @ back, error.T @ x, None


class _Broadcast(torch.autograd.Function):
    """Adds nothing forward; backward the error of what it was added to arrives by a matrix (classes, units)."""

    @staticmethod
    def forward(context, spikes, B):
        context.save_for_backward(B)
        return spikes.new_zeros(len(spikes), len(B))

    @staticmethod
    def backward(context, error):
        return error @ context.saved_tensors[0], None


def autograd_by_rule(network: Network, batch: Batch, chosen: Rule) -> dict[str, np.ndarray]:
    """A rule's gradients by automatic differentiation of a graph whose edges are cut or replaced as the rule says.

    For rules whose errors come from above or from the readout.
    """
    alpha, beta, kappa, theta, rho, b = network.dynamics
    weights = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in network.weights.items()}
    feedback = {name: torch.from_numpy(array) for name, array in network.feedback.items()}
    emit, derivative = spike_functions(network)
    rest = torch.zeros((), dtype=torch.float64)
    state = dict.fromkeys(network.hidden, (rest, rest, rest, rest))
    y = loss = rest
    weight = torch.from_numpy(batch.mask / batch.mask.sum())
    for t, x in enumerate(torch.from_numpy(batch.inputs)):
        if chosen.truncation and t % chosen.truncation == 0:
            state = {layer: tuple(value.detach() for value in values) for layer, values in state.items()}
            y = y.detach()
        below, broadcast = x, rest
        for layer in network.hidden:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            I, U, s, a = state[layer]
            if chosen.source is ErrorSource.READOUT:
                below = below.detach()
            I = alpha * I + _Forth.apply(below, W, _back(chosen, layer - 1, W, feedback))
            if V is not None:
                before = s.expand(len(below), len(V))
                if chosen.through_recurrence is None:
                    before = before.detach()
                random = chosen.through_recurrence is FeedbackWeights.RANDOM
                I = I + _Forth.apply(before, V, feedback[f"R{layer}"] if random else V.detach())
            U = beta * U + I - theta * (s if chosen.through_reset else s.detach())
            a = rho * a + s
            distance = U - theta - b * a
            h = derivative(distance).detach()
            s = emit(distance).detach() + h * (distance - distance.detach())
            state[layer] = I, U, s, a
            below = s
            if chosen.source is ErrorSource.READOUT:
                product = weights["W_out"].detach()
                for above in range(max(network.hidden), layer, -1):
                    product = product @ weights[f"W{above}"].detach()
                own = (
                    weights["W_out" if layer == max(network.hidden) else f"O{layer}"] if chosen.direct_readout else None
                )
                matrices = {FeedbackWeights.PRODUCT: product, FeedbackWeights.TRANSPOSE: own}
                broadcast = broadcast + _Broadcast.apply(s, matrices.get(chosen.weights, feedback[f"B{layer}"]))
            if f"O{layer}" in weights:
                read = s if chosen.source is ErrorSource.ABOVE else s.detach()
                broadcast = broadcast + read @ weights[f"O{layer}"].T
        if chosen.source is ErrorSource.READOUT:
            below = below.detach()
        back = _back(chosen, max(network.hidden), weights["W_out"], feedback)
        y = kappa * y + _Forth.apply(below, weights["W_out"], back) + broadcast
        step_loss = torch.nn.functional.cross_entropy(y, torch.from_numpy(batch.targets[t]), reduction="none")
        loss = loss + (weight[t] * step_loss).sum()
        for layer in network.hidden if chosen.local_losses else ():
            Y = state[layer][2] @ feedback[f"B{layer}"].T
            of_layer = torch.nn.functional.cross_entropy(Y, torch.from_numpy(batch.targets[t]), reduction="none")
            loss = loss + (weight[t] * of_layer).sum()
    loss.backward()
    gradients = {name: tensor.grad.numpy() for name, tensor in weights.items()}
    for name, gradient in gradients.items():
        if name.startswith("V"):
            np.fill_diagonal(gradient, 0)
    return gradients


def _back(chosen: Rule, below: int, W: torch.Tensor, feedback) -> torch.Tensor:
    """What carries errors down to layer ``below`` (0: the input)."""
    own = chosen.source is ErrorSource.ABOVE and chosen.weights is not FeedbackWeights.TRANSPOSE
    return feedback[f"B{below}"] if own and below else W.detach()


def relative_error(got, expected) -> float:
    """Largest deviation over all weights, each relative to the largest entry of its expected gradient.

    Where samples cancel out, what is left is the rounding of the summands: hence a floor far below any gradient.
    """
    assert got.keys() == expected.keys()
    return max(
        float(np.abs(got[name] - gradient).max()) / max(float(np.abs(gradient).max()), 1e-6)
        for name, gradient in expected.items()
    )
