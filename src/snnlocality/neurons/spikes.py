"""Spike functions: what a neuron emits, and the derivative that learning puts in its place.

Every spiking neuron emits H(x), x = U - theta, with H(x) = 1 for x > 0 and 0 otherwise. A surrogate
(``neurons.surrogates``) replaces its derivative in the backward scan (Neftci et al. 2019, section III).
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from snnlocality import registry

if TYPE_CHECKING:
    from torch import Tensor


class SpikeFunction(NamedTuple):
    """What a neuron emits for x = U - theta, and the derivative used by learning; tensors of any shape."""

    emit: "Callable[[Tensor], Tensor]"
    derivative: "Callable[[Tensor], Tensor]"


def step(x: "Tensor") -> "Tensor":
    """Heaviside step: 1 for x > 0, else 0."""
    return (x > 0).to(x.dtype)


def spiking(surrogate: str, slope: float) -> SpikeFunction:
    """A spike function: the step forward, the named surrogate with this slope backward."""
    shape = registry.load("snnlocality.neurons.surrogates", surrogate).derivative
    return SpikeFunction(step, partial(shape, slope=slope))
