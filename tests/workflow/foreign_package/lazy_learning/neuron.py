"""A leaky neuron whose potential follows its current with a delay."""

from snnlocality.neurons.neuron import Neuron

NEURON = Neuron(
    label="Sluggish",
    reference="nobody",
    parameters={"inertia": "ms, the time constant at which the potential follows"},
    constants={"beta": "exp(-step / membrane)", "gamma": "exp(-step / inertia)"},
    states=("I", "U"),
    step={"I": "beta * I + d - theta * s", "U": "gamma * U + (1 - gamma) * I"},
    potential="U",
    costates=("I_", "U_"),
    adjoint={
        "g": "G - reset * I_",
        "of_U": "gamma * U_ + h * g",
        "U_": "of_U",
        "I_": "beta * I_ + (1 - gamma) * of_U",
    },
    drive="I_",
)
