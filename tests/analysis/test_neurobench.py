"""What a network costs, as NeuroBench itself counts it on the same network in snnTorch."""

from dataclasses import replace

import numpy as np
import pytest
import snntorch as snn
import torch
from neurobench.metrics.static import ConnectionSparsity, Footprint
from neurobench.metrics.workload import ActivationSparsity, SynapticOperations
from neurobench.models import SNNTorchModel

from networks import ENGINE, random_network
from snnlocality.analysis.efficiency import efficiency
from snnlocality.network import Shape

STEPS, SAMPLES = 25, 4


class InSnnTorch(torch.nn.Module):
    """The network up to what it delivers to the readout."""

    def __init__(self, network):
        super().__init__()
        alpha, beta, _, theta, _, _ = network.dynamics
        for layer in network.hidden:
            setattr(self, f"W{layer}", matrix(network.weights[f"W{layer}"]))
            options = {"alpha": alpha, "beta": beta, "threshold": theta}
            if (V := network.weights.get(f"V{layer}")) is None:
                neurons = snn.Synaptic(**options)
            else:
                neurons = snn.RSynaptic(**options, linear_features=len(V))
                neurons.recurrent = matrix(V)
            setattr(self, f"layer{layer}", neurons)
        self.W_out, self.layers = matrix(network.weights["W_out"]), network.hidden
        self.reset()

    def reset(self):
        self.states = {layer: None for layer in self.layers}

    def forward(self, x):
        for layer in self.layers:
            neurons, driven, state = getattr(self, f"layer{layer}"), getattr(self, f"W{layer}")(x), self.states[layer]
            if isinstance(neurons, snn.RSynaptic):
                zero = torch.zeros_like(driven)
                x, *rest = neurons(driven, *(state or (zero, zero, zero)))
                self.states[layer] = (x, *rest)
            else:
                x, *self.states[layer] = neurons(driven, *(state or ()))
        return self.W_out(x), None


def matrix(W):
    linear = torch.nn.Linear(W.shape[1], W.shape[0], bias=False)
    linear.weight.data = torch.from_numpy(W).float()
    return linear


@pytest.mark.parametrize("recurrent", [False, True])
def test_it_counts_the_same(recurrent):
    shape = Shape(9, (8, 7), 3, recurrent)
    network = random_network(shape, seed=1)
    weights = {name: W.astype(np.float32).astype(np.float64) for name, W in network.weights.items()}
    network = replace(network, weights=weights)
    x = (np.random.default_rng(0).random((STEPS, SAMPLES, 9)) < 0.3).astype(float)
    spikes = ENGINE.forward(network, x).spikes

    model = SNNTorchModel(InSnnTorch(network))
    model.register_hooks()
    batch = torch.from_numpy(x).float().transpose(0, 1)
    with torch.no_grad():
        delivered = model(batch)
    np.testing.assert_allclose(
        delivered.transpose(0, 1).numpy(), spikes[-1] @ network.weights["W_out"].T, atol=1e-5
    )  # the same network
    counted = SynapticOperations()(model, delivered, (batch, None))

    rates = tuple(float(s.mean()) for s in spikes)
    ours = efficiency(shape, rates, x.sum() / SAMPLES, STEPS, spiking_inputs=True)
    assert ours.activation_sparsity == pytest.approx(ActivationSparsity()(model, delivered, (batch, None)))
    # A spike of the last step is counted as if a step followed, in which V delivered it.
    last = sum(s[-1].sum() / SAMPLES * (s.shape[-1] - 1) for s in spikes) if recurrent else 0
    assert ours.effective_accumulates - last == pytest.approx(float(counted["Effective_ACs"]))
    assert ours.effective_macs == counted["Effective_MACs"] == 0
    # Of matrices NeuroBench counts the zero diagonal of V, and besides what snnTorch's neurons keep.
    diagonals = sum(shape.hidden) if recurrent else 0
    assert ours.dense_operations + STEPS * diagonals == pytest.approx(float(counted["Dense"]))
    kept = sum(buffer.numel() * buffer.element_size() for buffer in model.net.buffers())
    kept += sum(p.numel() * 4 for name, p in model.net.named_parameters() if not name.endswith("weight"))
    assert ours.footprint + 4 * diagonals + kept == Footprint()(model)
    assert ConnectionSparsity()(model) == pytest.approx(diagonals / (shape.weights + diagonals), abs=1e-4)
