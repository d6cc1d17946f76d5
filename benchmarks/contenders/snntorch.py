"""snnTorch: Synaptic and RSynaptic, configured to be the case's neuron (their reset carries no gradient)."""

import snntorch
import torch
from snntorch import surrogate
from torch import Tensor

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from benchmarks.torch_training import State, Weights, contender, parameters


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``."""
    weights = parameters(case, options)
    neurons = {layer: _neuron(case, layer, weights).to(options.device) for layer in case.hidden}
    names = ("syn", "mem", "spk")[: 3 if case.recurrent else 2]

    def steps(layer: int, currents: Tensor, state: State) -> tuple[Tensor, State]:
        # States live in the module: passed as arguments they are compared with None, which cannot be compiled.
        neuron = neurons[layer]
        for name, value in zip(names, state, strict=True):
            setattr(neuron, name, value)
        spikes = torch.stack([neuron(current) for current in currents])
        return spikes, tuple(getattr(neuron, name) for name in names)

    return contender(case, options, weights, steps, len(names), {"snntorch": snntorch.__version__}, "")


def _neuron(case: Case, layer: int, weights: Weights) -> torch.nn.Module:
    constants = {
        "alpha": case.alpha,
        "beta": case.beta,
        "threshold": case.theta,
        "spike_grad": surrogate.fast_sigmoid(slope=case.slope),
        "init_hidden": True,
    }
    if not case.recurrent:
        return snntorch.Synaptic(**constants)
    recurrent = weights[f"V{layer}"]
    neuron = snntorch.RSynaptic(linear_features=len(recurrent), **constants)
    neuron.recurrent = torch.nn.Linear(*recurrent.shape, bias=False)
    neuron.recurrent.weight = recurrent
    return neuron
