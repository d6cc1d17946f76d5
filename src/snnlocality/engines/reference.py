"""The reference engine: the equations of ``engines.interface`` written out in PyTorch, any dtype, any device.

It is the specification that faster engines must agree with. Only the recurrence over time is a loop; whatever
is not recurrent (input currents, weight gradients) is one product over all steps.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlocality.engines.interface import Errors, Events, Inputs, Traces
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Network


class _State(NamedTuple):
    network: Network
    weights: dict[str, Tensor]
    inputs: "_EventRows | Tensor"
    potentials: list[Tensor]  # U_l, (steps, samples, N_l)
    spikes: list[Tensor]


class _EventRows(NamedTuple):
    """Events as tensors: row r = b * steps + t of a (samples * steps, inputs) matrix that is never built."""

    units: Tensor
    offsets: Tensor
    events: Events


class ReferenceEngine:
    """Plain PyTorch. ``dtype`` torch.float64 is for ground truth, torch.float32 for training."""

    def __init__(self, dtype: torch.dtype = torch.float32, device: str = "cpu") -> None:
        self._dtype, self._device = dtype, device

    def forward(self, network: Network, inputs: Inputs) -> Traces:
        """See ``interface.Engine.forward``."""
        weights = {name: self._tensor(array) for name, array in network.weights.items()}
        rows = self._event_rows(inputs) if isinstance(inputs, Events) else self._tensor(inputs)
        potentials, spikes = [], []
        for layer in network.hidden:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            drive = _input_drive(rows, W) if layer == 1 else spikes[-1] @ W.T
            U, s = _simulate_layer(network, drive, V)
            potentials.append(U)
            spikes.append(s)
        y = _leaky_sum(spikes[-1] @ weights["W_out"].T, network.dynamics.kappa)
        state = _State(network, weights, rows, potentials, spikes)
        return Traces(_array(y), tuple(map(_array, spikes)), tuple(map(_array, potentials)), state)

    def backward(self, traces: Traces, errors: Errors, rule: Rule) -> dict[str, np.ndarray]:
        """See ``interface.Engine.backward``."""
        network, weights, rows, potentials, spikes = traces.state
        feedback = {name: self._tensor(array) for name, array in network.feedback.items()}
        # The readout's adjoint is the leaky sum run backwards in time.
        lambda_y = _leaky_sum(self._tensor(errors.readout).flip(0), network.dynamics.kappa).flip(0)
        gradients = {"W_out": _outer_sum(lambda_y, spikes[-1])}
        lambda_above, W_above = lambda_y, weights["W_out"]
        product = weights["W_out"]  # W_out W_L ... W_{l+1}
        for layer in reversed(network.hidden):
            index = layer - 1
            if rule.source is ErrorSource.ABOVE:
                delivered = lambda_above @ W_above
            elif rule.source is ErrorSource.LOCAL:
                delivered = self._tensor(errors.local[index]) @ feedback[f"B{layer}"]
            elif rule.weights is FeedbackWeights.PRODUCT:
                delivered = lambda_y @ product
            else:
                delivered = lambda_y @ feedback[f"B{layer}"]
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            lambda_I = _adjoint_layer(network, rule, delivered, potentials[index], V)
            gradients[f"W{layer}"] = (
                _outer_sum(lambda_I, spikes[index - 1]) if index else _input_gradient(rows, lambda_I)
            )
            if V is not None:
                gradients[f"V{layer}"] = _outer_sum(lambda_I[1:], spikes[index][:-1]).fill_diagonal_(0)
            lambda_above, W_above, product = lambda_I, W, product @ W
        return {name: _array(gradients[name]) for name in network.weights}

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device, self._dtype)

    def _event_rows(self, events: Events) -> _EventRows:
        units = torch.from_numpy(events.units.astype(np.int64)).to(self._device)
        offsets = torch.from_numpy(np.ascontiguousarray(events.offsets, dtype=np.int64)).to(self._device)
        return _EventRows(units, offsets, events)


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


def _simulate_layer(network: Network, drive: Tensor, V: Tensor | None) -> tuple[Tensor, Tensor]:
    """Potentials and spikes (steps, samples, N) of one layer driven by ``drive`` = W s_below."""
    alpha, beta, _, theta = network.dynamics
    potentials, spikes = torch.empty_like(drive), torch.empty_like(drive)
    I = U = s = torch.zeros_like(drive[0])
    for t, current in enumerate(drive):
        if V is not None:
            current = torch.addmm(current, s, V.T)
        I = torch.add(current, I, alpha=alpha)
        U = torch.add(I, U, alpha=beta).sub_(s, alpha=theta)
        s = network.spike.emit(U - theta)
        potentials[t], spikes[t] = U, s
    return potentials, spikes


def _adjoint_layer(network: Network, rule: Rule, delivered: Tensor, U: Tensor, V: Tensor | None) -> Tensor:
    """lambda_I (steps, samples, N) of one layer, given the error delivered to it."""
    alpha, beta, _, theta = network.dynamics
    h = network.spike.derivative(U - theta)
    result = torch.empty_like(U)
    lambda_U = lambda_I = torch.zeros_like(U[0])
    for t in range(len(U) - 1, -1, -1):
        G = delivered[t]
        if rule.through_recurrence and V is not None:
            G = torch.addmm(G, lambda_I, V)
        if rule.through_reset:
            G = torch.sub(G, lambda_U, alpha=theta)
        lambda_U = torch.addcmul(beta * lambda_U, h[t], G)
        lambda_I = torch.add(lambda_U, lambda_I, alpha=alpha)
        result[t] = lambda_I
    return result


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
