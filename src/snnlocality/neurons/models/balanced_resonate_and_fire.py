"""Balanced resonate-and-fire: a damped oscillation that fires at its peaks, and no reset (Higuchi et al. 2024).

A neuron turns by w per step and is damped by as much as makes the turn in finite steps grow, and a little more. A spike
raises threshold and damping for a while, which takes the place of a reset. That is local: every rule gives credit
through it whose synapses remember what the neuron's states do.
"""

from snnlocality.neurons.neuron import Neuron

NEURON = Neuron(
    label="BRF",
    reference="Higuchi et al. 2024, eq. 8-12",
    parameters={
        "period": "ms, of the oscillation; more than 2 pi simulation steps",
        "damping": "ms, the time constant at which the oscillation decays",
        "refractory": "ms, the time constant at which threshold and damping fall back after a spike",
        "refraction": "per ms, what a spike adds to the damping",
    },
    constants={
        "w": "2 * pi * step / period",
        "balance": "sqrt(1 - (2 * pi * step / period) * (2 * pi * step / period)) - step / damping",
        "gamma": "exp(-step / refractory)",
        "c": "step * refraction",
    },
    states=("u", "v", "q"),
    step={
        "q": "gamma * q + s",
        "k": "balance - c * q",
        "u_old": "u",
        "u": "k * u - w * v + d",
        "v": "k * v + w * u_old",
    },
    potential="u - theta * q",
    costates=("u_", "v_", "q_"),
    adjoint={
        "g": "G + q_",
        "of_u": "h * g + u_",
        "of_v": "v_",
        "k": "balance - c * q",
        "q_": "gamma * q_ - theta * h * g - c * (u_before * of_u + v_before * of_v)",
        "u_": "k * of_u + w * of_v",
        "v_": "k * of_v - w * of_u",
    },
    drive="of_u",
)
