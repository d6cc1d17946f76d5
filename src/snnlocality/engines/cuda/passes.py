"""Forward and backward pass of many networks of equal shape, on tensors with a leading replica axis.

What is not recurrent (currents of hidden layers, weight gradients) is one batched product over all steps; the scans
and the event input are kernels. Products run in full precision: PyTorch's default, no TensorFloat-32.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import add
from typing import NamedTuple

import torch
from torch import Tensor

from snnlocality.engines import eligibility
from snnlocality.engines.cuda import events, scans
from snnlocality.engines.cuda.events import EventRows
from snnlocality.engines.reference import FUNCTIONS
from snnlocality.learning.routing import deliveries, local_readout, recurrence, shortcut, windows
from snnlocality.learning.rule import ErrorSource, Rule, Smoothed, TwoSided
from snnlocality.network import hidden_layers, readouts
from snnlocality.neurons.formula import as_function
from snnlocality.neurons.lif import require_leaky
from snnlocality.neurons.neuron import Dynamics
from snnlocality.neurons.spikes import SpikeFunction

Rows = EventRows | Tensor  # event input, or a dense current (R, T, B, inputs)


class Model(NamedTuple):
    """Networks of equal shape; weights by name as in ``network``, each with a leading replica axis."""

    dynamics: Dynamics
    spike: SpikeFunction
    weights: Mapping[str, Tensor]
    feedback: Mapping[str, Tensor]

    @property
    def hidden(self) -> range:
        """Indices 1..L of the hidden layers."""
        return hidden_layers(self.weights)


class Simulation(NamedTuple):
    """What a forward pass leaves on the device; (R, T, B, units) each, a hidden layer per entry."""

    inputs: Rows
    layers: list[scans.Layer]
    readout: Tensor

    @property
    def potentials(self) -> list[Tensor]:
        """Of every hidden layer."""
        return [layer.potentials for layer in self.layers]

    @property
    def spikes(self) -> list[Tensor]:
        """Of every hidden layer."""
        return [layer.spikes for layer in self.layers]


def forward(model: Model, inputs: Rows) -> Simulation:
    """Simulate the networks, each on its own samples."""
    layers: list[scans.Layer] = []
    for layer in model.hidden:
        W, V = model.weights[f"W{layer}"], model.weights.get(f"V{layer}")
        drive = _input_drive(inputs, W) if layer == 1 else product(layers[-1].spikes, W.mT)
        layers.append(scans.simulate(model.dynamics, model.spike, drive, V))
    read = (
        product(layers[layer - 1].spikes, model.weights[name].mT) for layer, name in readouts(model.weights).items()
    )
    return Simulation(inputs, layers, scans.leaky_sum(reduce(add, read), model.dynamics.kappa))


def backward(
    model: Model, simulation: Simulation, readout_error: Tensor, local_errors: Sequence[Tensor], rule: Rule
) -> tuple[dict[str, Tensor], Tensor]:
    """Gradients by weight name, and what the first layer passes down; the errors as in ``values.Errors``."""
    spikes, weights = simulation.spikes, model.weights
    delivery, spans = deliveries(rule, weights, model.feedback), windows(rule, readout_error.shape[1])
    lambda_y = _by_window(spans, lambda error: scans.leaky_sum_backwards(error, model.dynamics.kappa), readout_error)
    gradients = {name: _outer_sum(lambda_y, spikes[layer - 1]) for layer, name in readouts(weights).items()}
    of_readout = readout_error if rule.instantaneous else lambda_y
    passed_down = of_readout
    for layer in reversed(model.hidden):
        index = layer - 1
        if rule.own_errors:
            error = local_errors[index]
        else:
            error = passed_down if rule.source is ErrorSource.ABOVE else of_readout
        delivered = product(error, delivery[layer])
        if (O := shortcut(rule, layer, weights)) is not None:
            delivered = delivered + product(of_readout, O)
        if (B := local_readout(rule, layer, model.feedback)) is not None:
            delivered = delivered + product(local_errors[index], B)
        V_back = recurrence(rule, layer, weights, model.feedback)
        lambda_I, passed_down = _adjoint_layer(model, rule, delivered, simulation.layers[index], V_back)
        gradients[f"W{layer}"] = (
            _outer_sum(lambda_I, spikes[index - 1]) if index else _input_gradient(simulation.inputs, lambda_I)
        )
        if f"V{layer}" in weights:
            gradients[f"V{layer}"] = _outer_sum(lambda_I[:, 1:], spikes[index][:, :-1])
            gradients[f"V{layer}"].diagonal(dim1=1, dim2=2).zero_()
    return {name: gradients[name] for name in weights}, passed_down


def _adjoint_layer(
    model: Model, rule: Rule, delivered: Tensor, layer: scans.Layer, V_back: Tensor | None
) -> tuple[Tensor, Tensor]:
    """What weights learn by and what is passed down; see ``engines.reference``."""
    dynamics = model.dynamics
    reset = dynamics.theta if rule.through_reset else 0.0
    h: Tensor | None = None
    if rule.instantaneous:
        h = as_function(model.spike.derivative, FUNCTIONS)(layer.potentials - dynamics.theta, model.spike.slope)
    if rule.trace is None:
        adjoint = partial(scans.adjoint, dynamics, model.spike, V=V_back, reset=reset)
        states = () if layer.kept is None else (*layer.kept, *(_a_step_later(state) for state in layer.kept))
        lambda_I = _by_window(windows(rule, delivered.shape[1]), adjoint, delivered, layer.potentials, *states)
        return lambda_I, lambda_I if h is None else h * delivered
    assert h is not None, "a trace of its own meets errors of the same step"
    met = passed_down = h * delivered
    if isinstance(rule.trace, Smoothed):
        met = met * eligibility.smoothed(h, require_leaky(dynamics), rule.trace.decay, reset, dim=1)
    lambda_I = scans.leaky_sum_backwards(met.contiguous(), rule.trace[0])
    if isinstance(rule.trace, TwoSided):
        noncausal = eligibility.noncausal(h, rule.trace.postsynaptic, dim=1)
        lambda_I = lambda_I + rule.trace.noncausal * delivered * noncausal
    return lambda_I, passed_down


def _a_step_later(state: Tensor) -> Tensor:
    """What was there a step before, (R, T, B, N): zero at first."""
    return torch.nn.functional.pad(state, (0, 0, 0, 0, 1, -1))


def _by_window(spans: Sequence[slice], scan: Callable[..., Tensor], *arrays: Tensor) -> Tensor:
    """``scan`` of arrays (R, T, B, N), each window of steps by itself."""
    if len(spans) == 1:
        return scan(*arrays)
    return torch.cat([scan(*(array[:, span].contiguous() for array in arrays)) for span in spans], dim=1)


def product(values: Tensor, matrix: Tensor) -> Tensor:
    """``values`` (R, T, B, N) times ``matrix`` (R, N, M): one product per replica over all steps."""
    found: Tensor = torch.bmm(values.flatten(1, 2), matrix).unflatten(1, values.shape[1:3])
    return found


def spike_counts(spikes: Tensor, mask: Tensor) -> Tensor:
    """Spikes of every neuron in the steps where ``mask`` (R, T, B) is 1: (R, N)."""
    return torch.bmm(mask.flatten(1)[:, None], spikes.flatten(1, 2))[:, 0]


def _outer_sum(left: Tensor, right: Tensor) -> Tensor:
    """Sum over steps and samples of left right^T: (R, N, M)."""
    return torch.bmm(left.flatten(1, 2).mT, right.flatten(1, 2))


def _input_drive(inputs: Rows, W: Tensor) -> Tensor:
    return product(inputs, W.mT) if isinstance(inputs, Tensor) else events.drive(inputs, W)


def _input_gradient(inputs: Rows, lambda_I: Tensor) -> Tensor:
    return _outer_sum(lambda_I, inputs) if isinstance(inputs, Tensor) else events.input_gradient(inputs, lambda_I)
