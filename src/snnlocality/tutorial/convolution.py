"""Convolutional networks of spiking neurons that learn locally (DCLL, Kaiser et al. 2020; the tutorial's figure 6).

A layer convolves its input's filtered spikes, fires, and pools; neurons are those of ``neurons.lif``, whose potential
is linear in what it was given::

    eI[t] = alpha eI[t-1] + x[t]     eU[t] = beta eU[t-1] + eI[t]     r[t] = beta r[t-1] + theta s[t-1]
    U[t] = W * eU[t] - r[t]          s[t] = H(U[t] - theta)           Y[t] = G pool(s[t]),  G fixed and random

DCLL takes the loss of every layer's own Y at every step, and its derivative by W through U[t] alone: nothing is
unrolled: a step's graph is one layer deep. BPTT takes the loss of the last layer's Y and goes back through all
layers and steps.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d, cross_entropy, max_pool2d

from snnlocality.engines.reference import FUNCTIONS
from snnlocality.neurons.formula import as_function
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import SpikeFunction

METHODS = ("DCLL", "BPTT")


@dataclass(frozen=True)
class Layer:
    """``weight``: (channels, channels below, k, k), odd k; ``readout`` G: (classes, channels * height * width)."""

    weight: Tensor
    readout: Tensor
    pool: int


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


def scaled(layers: list[Layer], images: Tensor, dynamics: Leaky, spike: SpikeFunction, drive: float) -> None:
    """Scale weights in place, layer by layer, until potentials have the root mean square ``drive`` (in thresholds)."""
    with torch.no_grad():
        for number, layer in enumerate(layers):
            below = simulate(layers[:number], images, dynamics, spike)[-1]
            caused = _convolved(_filtered(below, dynamics), layer)
            layer.weight.mul_(drive * dynamics.theta / math.sqrt(caused.square().mean()))


def simulate(
    layers: Sequence[Layer], images: Tensor, dynamics: Leaky, spike: SpikeFunction, cut: bool = False
) -> list[Tensor]:
    """Pooled spikes of the input and of every layer, (steps, samples, channels, side, side) like ``images``.

    Spikes go upwards alone, so a layer is simulated over all steps before the next: one convolution for all of them.
    ``cut``: no derivative leaves its layer and step.
    """
    outputs = [images]
    for layer in layers:
        below = outputs[-1].detach() if cut else outputs[-1]
        s = _fired(_convolved(_filtered(below, dynamics), layer), dynamics, spike, cut)
        outputs.append(max_pool2d(s.flatten(0, 1), layer.pool).unflatten(0, s.shape[:2]))
    return outputs


def gradients(
    method: str, layers: Sequence[Layer], images: Tensor, labels: Tensor, dynamics: Leaky, spike: SpikeFunction
) -> tuple[float, Tensor, list[Tensor]]:
    """Loss of the last layer's readout, its decisions (samples,) and the gradient of every layer's weights.

    The loss is the cross-entropy at every step, averaged over steps and samples.
    """
    for layer in layers:
        layer.weight.grad = None
    local = method == "DCLL"
    spikes = simulate(layers, images, dynamics, spike, cut=local)[1:]
    readouts = [s.flatten(2) @ layer.readout.T for layer, s in zip(layers, spikes, strict=True)]
    losses = [cross_entropy(Y.flatten(0, 1), labels.repeat(len(images))) for Y in readouts]
    (torch.stack(losses).sum() if local else losses[-1]).backward()
    of_weights: list[Tensor] = [layer.weight.grad for layer in layers]  # type: ignore[misc]  # set by backward()
    return losses[-1].item(), readouts[-1].detach().sum(dim=0).argmax(dim=1), of_weights


def _filtered(x: Tensor, dynamics: Leaky) -> Tensor:
    """eU of every step."""
    eI = eU = torch.zeros_like(x[0])
    found = []
    for now in x:
        eI = dynamics.alpha * eI + now
        eU = dynamics.beta * eU + eI
        found.append(eU)
    return torch.stack(found)


def _convolved(x: Tensor, layer: Layer) -> Tensor:
    return conv2d(x.flatten(0, 1), layer.weight, padding="same").unflatten(0, x.shape[:2])


def _fired(caused: Tensor, dynamics: Leaky, spike: SpikeFunction, cut: bool) -> Tensor:
    """s of every step, from W * eU."""
    derivative = as_function(spike.derivative, FUNCTIONS)
    r = s = torch.zeros_like(caused[0])
    found = []
    for now in caused:
        r = dynamics.beta * r + dynamics.theta * (s.detach() if cut else s)
        distance = now - r - dynamics.theta
        s = _Spike.apply(distance, derivative(distance.detach(), spike.slope))
        found.append(s)
    return torch.stack(found)
