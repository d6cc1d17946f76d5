"""Current-based leaky integrate-and-fire neurons, with or without an adaptive threshold, and the leaky readout.

For layer l at step t (Neftci et al. 2019, eq. 4-5, in the zero-latency order of method A.4 of the docs):

    I[t] = alpha I[t-1] + W s_below[t] + V s[t-1]
    U[t] = beta  U[t-1] + I[t] - theta s[t-1]
    a[t] = rho   a[t-1] + s[t-1]
    s[t] = H(U[t] - theta - b a[t])
    y[t] = kappa y[t-1] + W_out s_last[t]            (readout: no spikes, no recurrence)
           + sum_l O_l s_l[t]                        (where it reads the layers below the last one too)

V has a zero diagonal: a neuron does not excite itself, its own spike acts through the reset and the adaptation alone.
The adaptation a raises the threshold after every spike (ALIF: Bellec et al. 2020); without it b is 0. Engines keep
U[t] - b a[t] as the potential: all that spikes and surrogates see is its distance from theta.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from snnlocality.errors import UserError
from snnlocality.neurons.models.alif import NEURON as ALIF
from snnlocality.neurons.models.cuba_lif import NEURON as CUBA_LIF
from snnlocality.neurons.neuron import Declared, Dynamics, Neuron


class Leaky(NamedTuple):
    """Dynamics of leaky neurons: decay factors per step, and the threshold; all dimensionless."""

    alpha: float  # synaptic current, 0 <= alpha < 1
    beta: float  # membrane potential, 0 <= beta < 1
    kappa: float  # readout, 0 <= kappa < 1
    theta: float  # firing threshold, also what a spike subtracts
    rho: float = 0.0  # adaptation, 0 <= rho < 1
    b: float = 0.0  # what the adaptation adds to the threshold for one spike; 0: no adaptation

    @property
    def neuron(self) -> Neuron:
        """See ``neuron.Dynamics``."""
        return ALIF if self.b else CUBA_LIF

    @property
    def constants(self) -> tuple[float, ...]:
        """See ``neuron.Dynamics``."""
        return (self.alpha, self.beta, self.rho, self.b) if self.b else (self.alpha, self.beta)


def dynamics(step: float, time_constants: Mapping[str, float], theta: float) -> Leaky:
    """Decay factors exp(-step / time constant) of ``synapse``, ``membrane`` and ``readout``; no adaptation.

    The duration of a simulation step and the time constants have the same unit.
    """
    alpha, beta = CUBA_LIF.values(step=step, **time_constants)
    return Leaky(alpha, beta, math.exp(-step / time_constants["readout"]), theta)


def adaptive(neurons: Leaky, step_ms: float, adaptation_ms: float, strength: float) -> Leaky:
    """The same neurons with a threshold that each of their spikes raises by ``strength`` thresholds for a while."""
    if not strength:
        return neurons
    return neurons._replace(rho=math.exp(-step_ms / adaptation_ms), b=strength * neurons.theta)


def declared(kind: Neuron, constants: tuple[float, ...], like: Leaky) -> Dynamics:
    """Neurons of a kind; threshold and readout are those of ``like``, and so is the form where the kind is leaky."""
    if kind in (CUBA_LIF, ALIF):
        return like._replace(**dict(zip(kind.constants, constants, strict=True)))
    return Declared(kind, constants, like.kappa, like.theta)


def require_leaky(of_network: Dynamics) -> Leaky:
    """Dynamics that must be those of leaky neurons; raises UserError for others."""
    if not isinstance(of_network, Leaky):
        raise UserError(
            f"This is defined for leaky integrate-and-fire neurons, not for {of_network.neuron.label}; choose cuba_lif "
            "or alif as neuron.kind in params.yaml, or leave it out."
        )
    return of_network
