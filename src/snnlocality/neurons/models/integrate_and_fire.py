"""Integrate-and-fire without any leak: the potential is all that came, less what spikes took."""

from snnlocality.neurons.neuron import Neuron

NEURON = Neuron(
    label="IF",
    reference="Rueckauer et al. 2017, eq. 1",
    parameters={},
    constants={},
    states=("U",),
    step={"U": "d + U - theta * s"},
    potential="U",
    costates=("U_",),
    adjoint={"g": "G - reset * U_", "U_": "U_ + h * g"},
    drive="U_",
)
