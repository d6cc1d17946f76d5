"""Convolutional networks of spiking neurons that learn locally (DCLL, Kaiser et al. 2020; the tutorial's figure 6).

A layer convolves its input's filtered spikes, fires, and pools; neurons are those of ``neurons.lif``, whose potential
is linear in what it was given::

    eI[t] = alpha eI[t-1] + x[t]     eU[t] = beta eU[t-1] + eI[t]     r[t] = beta r[t-1] + theta s[t-1]
    U[t] = W * eU[t] - r[t]          s[t] = H(U[t] - theta)           Y[t] = G pool(s[t]),  G fixed and random

DCLL takes the loss of every layer's own Y at every step, and its derivative by W through U[t] alone: nothing is
unrolled, so a step's graph is one layer deep. BPTT takes the loss of the last layer's Y and goes back through all
layers and steps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import conv2d, cross_entropy, max_pool2d

from snnlocality.engines.reference import FUNCTIONS
from snnlocality.neurons.formula import as_function
from snnlocality.neurons.lif import Dynamics
from snnlocality.neurons.spikes import SpikeFunction

METHODS = ("DCLL", "BPTT")


@dataclass(frozen=True)
class Layer:
    """``weight``: (channels, channels below, k, k), odd k; ``readout`` G: (classes, channels * height * width)."""

    weight: Tensor
    readout: Tensor
    pool: int


class State(NamedTuple):
    """Of one layer."""

    eI: Tensor
    eU: Tensor
    r: Tensor
    s: Tensor


class _Spike(torch.autograd.Function):
    """H(x) forward, the surrogate derivative backward."""

    @staticmethod
    def forward(context, x: Tensor, h: Tensor) -> Tensor:
        context.save_for_backward(h)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(context, error: Tensor) -> tuple[Tensor, None]:
        return error * context.saved_tensors[0], None


def draw(
    channels: Sequence[int], kernel: int, pools: Sequence[int], size: int, classes: int, generator: torch.Generator
) -> list[Layer]:
    """Random layers for images of ``size`` pixels a side; ``channels`` begins with the input's.

    Weights are Gaussian of variance 1 / fan-in, readouts of variance 1 / units.
    """
    layers = []
    for below, above, pool in zip(channels, channels[1:], pools, strict=False):
        size //= pool
        fan_in, units = below * kernel**2, above * size**2
        weight = torch.randn(above, below, kernel, kernel, generator=generator) / fan_in**0.5
        readout = torch.randn(classes, units, generator=generator) / units**0.5
        layers.append(Layer(weight.requires_grad_(), readout, pool))
    return layers


def scaled(layers: list[Layer], images: Tensor, dynamics: Dynamics, spike: SpikeFunction, drive: float) -> None:
    """Scale weights in place, layer by layer, until potentials have the root mean square ``drive`` (in thresholds)."""
    with torch.no_grad():
        for number, layer in enumerate(layers):
            below = torch.stack([outputs[-1] for outputs in simulate(layers[:number], images, dynamics, spike)])
            eI = eU = torch.zeros_like(below[0])
            total = 0.0
            for x in below:
                eI = dynamics.alpha * eI + x
                eU = dynamics.beta * eU + eI
                total += conv2d(eU, layer.weight, padding="same").square().mean().item()
            layer.weight.mul_(drive * dynamics.theta / (total / len(below)) ** 0.5)


def simulate(
    layers: Sequence[Layer], images: Tensor, dynamics: Dynamics, spike: SpikeFunction, cut: bool = False
) -> Iterator[list[Tensor]]:
    """Pooled spikes of the input and of every layer, step by step; ``images``: (steps, samples, channels, side, side).

    ``cut``: no derivative leaves its layer and step.
    """
    derivative = as_function(spike.derivative, FUNCTIONS)
    states: list[State | None] = [None] * len(layers)
    for x in images:
        outputs = [x]
        for number, layer in enumerate(layers):
            below, state = outputs[-1], states[number]
            if cut:
                below = below.detach()
            if state is None:
                nothing, rest = torch.zeros_like(below), torch.zeros(())
                state = State(nothing, nothing, rest, rest)
            eI = dynamics.alpha * state.eI + below
            eU = dynamics.beta * state.eU + eI
            r = dynamics.beta * state.r + dynamics.theta * (state.s.detach() if cut else state.s)
            distance = conv2d(eU, layer.weight, padding="same") - r - dynamics.theta
            s = _Spike.apply(distance, derivative(distance.detach(), spike.slope))
            states[number] = State(eI, eU, r, s)
            outputs.append(max_pool2d(s, layer.pool))
        yield outputs


def gradients(
    method: str, layers: Sequence[Layer], images: Tensor, labels: Tensor, dynamics: Dynamics, spike: SpikeFunction
) -> tuple[float, Tensor, list[Tensor]]:
    """Loss of the last layer's readout, its decisions (samples,) and the gradient of every layer's weights.

    The loss is the cross-entropy at every step, averaged over steps and samples.
    """
    for layer in layers:
        layer.weight.grad = None
    steps, local = len(images), method == "DCLL"
    loss, unrolled = 0.0, torch.zeros(())
    votes = torch.zeros(())
    for outputs in simulate(layers, images, dynamics, spike, cut=local):
        readouts = [s.flatten(1) @ layer.readout.T for layer, s in zip(layers, outputs[1:], strict=True)]
        losses = [cross_entropy(Y, labels) / steps for Y in readouts]
        votes = votes + readouts[-1].detach()
        loss += losses[-1].item()
        if local:
            torch.stack(losses).sum().backward()
        else:
            unrolled = unrolled + losses[-1]
    if not local:
        unrolled.backward()
    return loss, votes.argmax(dim=1), [layer.weight.grad for layer in layers]
