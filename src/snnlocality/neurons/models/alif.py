"""LIF neurons whose threshold rises with every spike and falls back slowly (Bellec et al. 2020).

The potential less b a is what a spike is decided by. Credit through a neuron's own adaptation is local: every rule has
it whose synapses remember what the neuron's states do.
"""

from snnlocality.neurons.neuron import Neuron

NEURON = Neuron(
    label="ALIF",
    reference="Bellec et al. 2020",
    parameters={
        "adaptation": "ms, the time constant at which a raised threshold falls back",
        "strength": "thresholds, by which a spike raises the neuron's own",
    },
    constants={
        "alpha": "exp(-step / synapse)",
        "beta": "exp(-step / membrane)",
        "rho": "exp(-step / adaptation)",
        "b": "strength * threshold",
    },
    states=("I", "U", "a"),
    step={"I": "alpha * I + d", "U": "I + beta * U - theta * s", "a": "rho * a + s"},
    potential="U - b * a",
    costates=("I_", "U_", "a_"),
    adjoint={
        "g": "G - reset * U_ + a_",
        "a_": "rho * a_ - b * h * g",
        "U_": "beta * U_ + h * g",
        "I_": "U_ + alpha * I_",
    },
    drive="I_",
)
