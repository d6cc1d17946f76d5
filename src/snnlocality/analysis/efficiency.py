"""What a network costs to run, in the terms of NeuroBench (Yik et al. 2025).

*Footprint*: bytes of its weights. *Activation sparsity*: share of hidden neurons and steps without a spike. *Synaptic
operations* of one decision: ``dense`` if every connection counted at every step, ``effective`` those whose input is
not zero. They are accumulates where the input is a spike, multiply-accumulates where it is a number (``macs``).
"""

from typing import NamedTuple

from snnlocality.network import Shape

BYTES = 4  # of a weight, float32


class Efficiency(NamedTuple):
    """Of one network on one data set."""

    footprint: int
    activation_sparsity: float
    dense_operations: float
    effective_accumulates: float
    effective_macs: float


def efficiency(
    shape: Shape, firing_rates: tuple[float, ...], active_inputs: float, steps: int, spiking_inputs: bool
) -> Efficiency:
    """From spikes per neuron and step of every hidden layer, and inputs of a decision that are not zero.

    ``steps`` are those of a decision.
    """
    above = [*shape.hidden[1:], shape.classes]
    spikes = [steps * rate * units for rate, units in zip(firing_rates, shape.hidden, strict=True)]
    read = [shape.classes if shape.direct_readout else 0] * (len(spikes) - 1) + [0]
    # A spike reaches the layer above, with recurrence every other neuron of its own, and maybe the readout.
    reached = [
        n + (units - 1 if shape.recurrent else 0) + classes
        for n, units, classes in zip(above, shape.hidden, read, strict=True)
    ]
    inner = sum(count * fan_out for count, fan_out in zip(spikes, reached, strict=True))
    first = active_inputs * shape.hidden[0]
    return Efficiency(
        BYTES * shape.weights,
        1 - sum(spikes) / (steps * sum(shape.hidden)),
        float(steps * shape.weights),
        inner + (first if spiking_inputs else 0.0),
        0.0 if spiking_inputs else first,
    )
