"""A soft threshold instead of a hard one (Huh & Sejnowski 2018; the tutorial's section IV-A): true gradients exist.

Neurons are phases that go round. A spike is the passage of pi, and it is not an event but a zone: a synapse is driven
while the phase moves through a gate g about pi, whatever the size of steps, so that everything is a smooth function
of the weights, reset included::

    d phi/dt = (1 - cos phi) + (1 + cos phi) I
    tau ds/dt = -s + tau g(phi) d phi/dt              the integral of g over a turn is 1

The gate is von Mises' density of concentration k; large k is a hard threshold.
"""

import torch
from torch import Tensor


def gate(phase: Tensor, k: float) -> Tensor:
    """g(phi): von Mises' density about pi."""
    concentration = torch.tensor(k, dtype=phase.dtype)
    # i0e(k) = exp(-k) I_0(k) keeps large k finite.
    density = torch.exp(k * (torch.cos(phase - torch.pi) - 1)) / torch.special.i0e(concentration)
    return density / (2 * torch.pi)


def simulate(currents: Tensor, k: float, tau: float, dt: float) -> tuple[Tensor, Tensor]:
    """Phases and synaptic traces (steps, samples, units) of neurons driven by ``currents``, at rest at first."""
    phase = s = torch.zeros_like(currents[0])
    phases, traces = [], []
    for I in currents:
        velocity = (1 - torch.cos(phase)) + (1 + torch.cos(phase)) * I
        s = s + dt * (-s / tau + gate(phase, k) * velocity)
        phase = phase + dt * velocity
        phases.append(phase)
        traces.append(s)
    return torch.stack(phases), torch.stack(traces)


def turns(phases: Tensor) -> Tensor:
    """Number of spikes of every neuron: how often its phase has passed pi."""
    return torch.floor((phases[-1] + torch.pi) / (2 * torch.pi))


def distance(weights: tuple[Tensor, Tensor], inputs: Tensor, target: Tensor, k: float, tau: float, dt: float) -> Tensor:
    """Mean squared distance of a readout of a layer's traces from a target (steps, samples, outputs).

    ``weights``: (units, inputs) into the layer, (outputs, units) out of it; ``inputs``: (steps, samples, inputs).
    """
    into, out = weights
    _, traces = simulate(inputs @ into.T, k, tau, dt)
    return (traces @ out.T - target).square().mean()
