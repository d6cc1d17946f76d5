"""Spike functions: what a neuron emits, and the derivative that learning puts in its place.

Every spiking neuron emits H(x), x = U - theta, with H(x) = 1 for x > 0 and 0 otherwise. A surrogate h(x)
replaces its derivative in the backward scan (Neftci et al. 2019, section III). Shapes are given with unit
threshold; ``slope`` (k) sets their width: the larger, the narrower.

Functions take and return torch tensors of any shape.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class SpikeFunction(NamedTuple):
    """What a neuron emits for x = U - theta, and the derivative used by learning."""

    emit: Callable[[Tensor], Tensor]
    derivative: Callable[[Tensor], Tensor]


def step(x: Tensor) -> Tensor:
    """Heaviside step: 1 for x > 0, else 0."""
    return (x > 0).to(x.dtype)


def fast_sigmoid(x: Tensor, slope: float) -> Tensor:
    """1 / (1 + k|x|)^2; SuperSpike (Zenke & Ganguli 2018). Peak 1, area 2/k."""
    return (1 + slope * x.abs()).square().reciprocal()


def triangle(x: Tensor, slope: float) -> Tensor:
    """max(0, 1 - k|x|): piecewise linear (Bellec et al. 2018 with its dampening factor left to the caller)."""
    return (1 - slope * x.abs()).clamp(min=0)


def exponential(x: Tensor, slope: float) -> Tensor:
    """exp(-k|x|); SLAYER (Shrestha & Orchard 2018)."""
    return (-slope * x.abs()).exp()


def relu_type(x: Tensor, slope: float) -> Tensor:
    """k (1 + k x) for -1/k < x <= 0, zero elsewhere: derivative of a truncated quadratic (Bohte 2011)."""
    return torch.where((x > -1 / slope) & (x <= 0), slope * (1 + slope * x), torch.zeros_like(x))


def sigmoid(x: Tensor, slope: float) -> Tensor:
    """k s(kx)(1 - s(kx)): derivative of the logistic function s."""
    s = torch.sigmoid(slope * x)
    return slope * s * (1 - s)


def arctan(x: Tensor, slope: float) -> Tensor:
    """(k/2) / (1 + (pi k x / 2)^2) (Fang et al. 2021)."""
    return (slope / 2) / (1 + (torch.pi * slope * x / 2).square())


def boxcar(x: Tensor, slope: float) -> Tensor:
    """k for |x| < 1/(2k), else 0: a window of unit area (DECOLLE with k = 1; eRBP)."""
    return slope * (x.abs() < 1 / (2 * slope)).to(x.dtype)


def gaussian(x: Tensor, slope: float) -> Tensor:
    """(k / sqrt(pi)) exp(-(kx)^2): derivative of the error function's sigmoid."""
    return slope / torch.pi**0.5 * torch.exp(-((slope * x) ** 2))


SURROGATES = {
    function.__name__: function
    for function in (
        fast_sigmoid,
        triangle,
        exponential,
        relu_type,
        sigmoid,
        arctan,
        boxcar,
        gaussian,
    )
}


def spiking(surrogate: str, slope: float) -> SpikeFunction:
    """A spike function: the step forward, the named surrogate with this slope backward."""
    shape = SURROGATES[surrogate]
    return SpikeFunction(step, lambda x: shape(x, slope))
