"""Spike functions: what a neuron emits, and the derivative that learning puts in its place.

Every spiking neuron emits H(x), x = U - theta, with H(x) = 1 for x > 0 and 0 otherwise. A surrogate
(``neurons.surrogates``) replaces its derivative in the backward scan (Neftci et al. 2019, section III).
"""

from typing import NamedTuple

from snnlocality import registry

HEAVISIDE = "step(x)"


class SpikeFunction(NamedTuple):
    """What a neuron emits for x = U - theta and the derivative used by learning, as ``neurons.formula``."""

    emit: str
    derivative: str
    slope: float  # k of the formulas


PLAIN = SpikeFunction(HEAVISIDE, "1 / square(1 + abs(x))", 1.0)  # where any will do, whatever surrogates there are


def spiking(surrogate: str, slope: float) -> SpikeFunction:
    """A spike function: the step forward, the named surrogate with this slope backward."""
    return SpikeFunction(HEAVISIDE, registry.load("snnlocality.neurons.surrogates", surrogate), slope)
