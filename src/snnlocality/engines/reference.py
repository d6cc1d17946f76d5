"""The reference engine: the equations of ``engines.interface`` written out in PyTorch, any dtype, any device.

It is the specification that faster engines must agree with. Only the recurrence over time is a loop; whatever
is not recurrent (input currents, weight gradients) is one product over all steps.
"""

from collections.abc import Callable
from functools import cached_property, reduce
from operator import add
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlocality.data.inputs import Driven, Events, Inputs
from snnlocality.engines import eligibility
from snnlocality.engines.interface import Engine, as_dense, refuse_driven
from snnlocality.engines.values import Errors
from snnlocality.learning.routing import deliveries, local_readout, recurrence, shortcut, windows
from snnlocality.learning.rule import ErrorSource, Rule, Smoothed, TwoSided
from snnlocality.network import Network, readouts
from snnlocality.neurons.formula import Function, as_function
from snnlocality.neurons.lif import require_leaky
from snnlocality.neurons.neuron import functions

FUNCTIONS: dict[str, Function] = {
    "abs": torch.abs,
    "exp": torch.exp,
    "maximum": lambda x, floor: torch.clamp(x, min=floor),
    "sigmoid": torch.sigmoid,
    "sqrt": np.sqrt,
    "square": torch.square,
    "step": lambda x: (x > 0).to(x.dtype),
}


class _EventRows(NamedTuple):
    """Events as tensors: row r = b * steps + t of a (samples * steps, inputs) matrix that is never built."""

    units: Tensor
    offsets: Tensor
    events: Events


class _Layer(NamedTuple):
    """What a layer leaves, (steps, samples, N) each."""

    potentials: Tensor
    spikes: Tensor
    states: list[Tensor]  # by the neuron's own order; empty unless its adjoint needs them


class ReferenceTraces:
    """See ``values.Traces``."""

    def __init__(
        self,
        network: Network,
        weights: dict[str, Tensor],
        inputs: _EventRows | Tensor,
        layers: list[_Layer],
        y: Tensor,
        driven: bool,
    ) -> None:
        self.network, self.weights, self.inputs, self.layers, self.y = network, weights, inputs, layers, y
        self.driven = driven  # whether the input is what a first layer was driven by

    @cached_property
    def readout(self) -> np.ndarray:
        """See ``values.Traces.readout``."""
        return _array(self.y)

    @cached_property
    def spikes(self) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.spikes``."""
        return tuple(_array(layer.spikes) for layer in self.layers)

    @cached_property
    def potentials(self) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.potentials``."""
        return tuple(_array(layer.potentials) for layer in self.layers)

    def project(self, layer: int, matrix: np.ndarray) -> np.ndarray:
        """See ``values.Traces.project``."""
        spikes = self.layers[layer - 1].spikes
        return _array(spikes @ torch.from_numpy(matrix).to(spikes).T)

    def spike_counts(self, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.spike_counts``."""
        counted = torch.from_numpy(mask).to(self.y)
        return tuple(_array(torch.einsum("tbn,tb->n", layer.spikes, counted)) for layer in self.layers)


class ReferenceEngine(Engine):
    """Plain PyTorch. ``dtype`` torch.float64 is for ground truth, torch.float32 for training."""

    name = "reference"

    def __init__(self, dtype: torch.dtype = torch.float32, device: str = "cpu") -> None:
        self._dtype, self._device = dtype, device

    def forward(self, network: Network, inputs: Inputs) -> ReferenceTraces:
        """See ``interface.Engine.forward``."""
        if driven := isinstance(inputs, Driven):
            network, inputs = as_dense(network, inputs)
        weights = {name: self._tensor(array) for name, array in network.weights.items()}
        rows = self._event_rows(inputs) if isinstance(inputs, Events) else self._tensor(inputs)
        layers: list[_Layer] = []
        for layer in network.hidden:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            drive = _input_drive(rows, W) if layer == 1 else layers[-1].spikes @ W.T
            layers.append(_simulate_layer(network, drive, V))
        read = (layers[layer - 1].spikes @ weights[name].T for layer, name in readouts(weights).items())
        y = _leaky_sum(reduce(add, read), network.dynamics.kappa)
        return ReferenceTraces(network, weights, rows, layers, y, driven)

    # An engine gets its own traces back.
    def backward(  # type: ignore[override]
        self, traces: ReferenceTraces, errors: Errors, rule: Rule
    ) -> dict[str, np.ndarray]:
        """See ``interface.Engine.backward``."""
        refuse_driven(traces.driven)
        return self._adjoint(traces, errors, rule)[0]

    def input_adjoint(  # type: ignore[override]
        self, traces: ReferenceTraces, errors: Errors, rule: Rule
    ) -> np.ndarray:
        """See ``interface.Engine.input_adjoint``."""
        return self._adjoint(traces, errors, rule)[1]

    def _adjoint(self, traces: ReferenceTraces, errors: Errors, rule: Rule) -> tuple[dict[str, np.ndarray], np.ndarray]:
        network, weights, rows, layers = traces.network, traces.weights, traces.inputs, traces.layers
        feedback = {name: self._tensor(array) for name, array in network.feedback.items()}
        delivery, spans = deliveries(rule, weights, feedback), windows(rule, len(layers[0].spikes))
        # The readout's adjoint is the leaky sum run backwards in time.
        readout_errors = self._tensor(errors.readout)
        lambda_y = torch.cat([_leaky_sum(readout_errors[w].flip(0), network.dynamics.kappa).flip(0) for w in spans])
        gradients = {name: _outer_sum(lambda_y, layers[layer - 1].spikes) for layer, name in readouts(weights).items()}
        of_readout = readout_errors if rule.instantaneous else lambda_y
        passed_down = of_readout
        for layer in reversed(network.hidden):
            index = layer - 1
            if rule.own_errors:
                error = self._tensor(errors.local[index])
            else:
                error = passed_down if rule.source is ErrorSource.ABOVE else of_readout
            delivered, V_back = error @ delivery[layer], recurrence(rule, layer, weights, feedback)
            if (O := shortcut(rule, layer, weights)) is not None:
                delivered = delivered + of_readout @ O
            if (B := local_readout(rule, layer, feedback)) is not None:
                delivered = delivered + self._tensor(errors.local[index]) @ B
            lambda_I, passed_down = _adjoint_layer(network, rule, delivered, layers[index], V_back)
            gradients[f"W{layer}"] = (
                _outer_sum(lambda_I, layers[index - 1].spikes) if index else _input_gradient(rows, lambda_I)
            )
            if f"V{layer}" in weights:
                gradients[f"V{layer}"] = _outer_sum(lambda_I[1:], layers[index].spikes[:-1]).fill_diagonal_(0)
        return {name: _array(gradients[name]) for name in network.weights}, _array(passed_down)

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device, self._dtype)

    def _event_rows(self, events: Events) -> _EventRows:
        T = events.steps
        pieces = [events.units[events.offsets[i * T] : events.offsets[(i + 1) * T]] for i in events.index]
        counts = [np.diff(events.offsets[i * T : (i + 1) * T + 1]) for i in events.index]
        units = torch.from_numpy(np.concatenate(pieces).astype(np.int64)).to(self._device)
        offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(np.concatenate(counts))])).to(self._device)
        return _EventRows(units, offsets, events)


def spike_functions(network: Network) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]:
    """What the network's neurons emit for x = U - theta, and the derivative used by learning."""
    emit, derivative = (as_function(formula, FUNCTIONS) for formula in (network.spike.emit, network.spike.derivative))
    k = network.spike.slope
    return lambda x: emit(x, k), lambda x: derivative(x, k)


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.cpu().numpy()


def _input_drive(rows: _EventRows | Tensor, W: Tensor) -> Tensor:
    """W x[t] for all steps: (steps, samples, N_1)."""
    if isinstance(rows, Tensor):
        return rows @ W.T
    drive = torch.nn.functional.embedding_bag(rows.units, W.T.contiguous(), rows.offsets[:-1], mode="sum")
    return drive.view(rows.events.samples, rows.events.steps, -1).transpose(0, 1).contiguous()


def _input_gradient(rows: _EventRows | Tensor, lambda_I: Tensor) -> Tensor:
    """Sum over steps and samples of lambda_I[t] x[t]^T: (N_1, inputs)."""
    if isinstance(rows, Tensor):
        return _outer_sum(lambda_I, rows)
    # Sorted by unit, the events of one unit form one bag whose rows of lambda_I are summed in a fixed order.
    order = torch.sort(rows.units.to(torch.int32), stable=True).indices
    row_of_event = torch.repeat_interleave(rows.offsets.diff())[order]
    counts = torch.bincount(rows.units, minlength=rows.events.inputs)
    starts = counts.cumsum(0) - counts
    by_row = lambda_I.transpose(0, 1).reshape(-1, lambda_I.shape[-1])
    return torch.nn.functional.embedding_bag(row_of_event, by_row, starts, mode="sum").T.contiguous()


def _simulate_layer(network: Network, drive: Tensor, V: Tensor | None) -> _Layer:
    """One layer driven by ``drive`` = W s_below."""
    neuron, theta = network.dynamics.neuron, network.dynamics.theta
    step, _ = functions(network.dynamics)
    emit, _ = spike_functions(network)
    potentials, spikes = torch.empty_like(drive), torch.empty_like(drive)
    kept = [torch.empty_like(drive) for _ in neuron.states if neuron.kept]
    s, *states = [torch.zeros_like(drive[0]) for _ in range(1 + len(neuron.states))]
    for t, current in enumerate(drive):
        if V is not None:
            current = torch.addmm(current, s, V.T)
        *states, potential = step(*states, s, current)
        s = emit(potential - theta)
        potentials[t], spikes[t] = potential, s
        for all_steps, state in zip(kept, states, strict=False):
            all_steps[t] = state
    return _Layer(potentials, spikes, kept)


def _adjoint_layer(
    network: Network, rule: Rule, delivered: Tensor, layer: _Layer, V_back: Tensor | None
) -> tuple[Tensor, Tensor]:
    """What weights learn by and what is passed down, (steps, samples, N) each, given the error delivered to a layer.

    Both are lambda_I unless the rule is instantaneous or has a trace of its own.
    """
    dynamics, steps = network.dynamics, len(delivered)
    _, derivative = spike_functions(network)
    h = derivative(layer.potentials - dynamics.theta)
    reset = dynamics.theta if rule.through_reset else 0.0
    if rule.trace is None:
        lambda_I = torch.cat(
            [_adjoint_window(network, reset, delivered, h, layer, V_back, w) for w in windows(rule, steps)]
        )
        return lambda_I, h * delivered if rule.instantaneous else lambda_I
    met = passed_down = h * delivered
    if isinstance(rule.trace, Smoothed):
        met = met * eligibility.smoothed(h, require_leaky(dynamics), rule.trace.decay, reset, dim=0)
    lambda_I = _leaky_sum(met.flip(0), rule.trace[0]).flip(0)
    if isinstance(rule.trace, TwoSided):
        noncausal = eligibility.noncausal(h, rule.trace.postsynaptic, dim=0)
        lambda_I = lambda_I + rule.trace.noncausal * delivered * noncausal
    return lambda_I, passed_down


def _adjoint_window(
    network: Network, reset: float, delivered: Tensor, h: Tensor, layer: _Layer, V_back: Tensor | None, window: slice
) -> Tensor:
    """lambda_I of one window of steps."""
    _, adjoint = functions(network.dynamics)
    rest = torch.zeros_like(h[0])
    costates, lambda_I = [rest] * len(network.dynamics.neuron.costates), rest
    found = []
    for t in reversed(range(window.start, window.stop)):
        G = delivered[t]
        if V_back is not None:
            G = torch.addmm(G, lambda_I, V_back)
        past = [*(x[t] for x in layer.states), *(x[t - 1] if t else rest for x in layer.states)]
        *costates, lambda_I = adjoint(*costates, G, h[t], *past, reset)
        found.append(lambda_I)
    return torch.stack(found[::-1])


def _leaky_sum(drive: Tensor, decay: float) -> Tensor:
    """y[t] = decay y[t-1] + drive[t]."""
    y = torch.empty_like(drive)
    value = torch.zeros_like(drive[0])
    for t, current in enumerate(drive):
        value = torch.add(current, value, alpha=decay)
        y[t] = value
    return y


def _outer_sum(left: Tensor, right: Tensor) -> Tensor:
    """Sum over steps and samples of left right^T."""
    return left.flatten(0, 1).T @ right.flatten(0, 1)
