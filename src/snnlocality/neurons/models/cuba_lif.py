"""Current-based leaky integrate-and-fire: the paper's neuron (Neftci et al. 2019, eq. 4-5; ``neurons.lif``)."""

from snnlocality.neurons.neuron import Neuron

NEURON = Neuron(
    label="LIF",
    reference="Neftci et al. 2019, eq. 4-5",
    parameters={},
    constants={"alpha": "exp(-step / synapse)", "beta": "exp(-step / membrane)"},
    states=("I", "U"),
    step={"I": "alpha * I + d", "U": "I + beta * U - theta * s"},
    potential="U",
    costates=("I_", "U_"),
    adjoint={"g": "G - reset * U_", "U_": "beta * U_ + h * g", "I_": "U_ + alpha * I_"},
    drive="I_",
)
