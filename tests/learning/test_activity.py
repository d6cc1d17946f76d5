import numpy as np
import pytest
import torch

from networks import ENGINE, random_batch, random_network, rule, suited
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import spike_functions
from snnlocality.learning.activity import AtRate, pull
from snnlocality.network import Shape

SHAPE = Shape(5, (6, 4), 3, True)
TARGET, STRENGTH = 0.05, 7.0


def by_autograd(network, batch):
    """Gradients of P, each layer by itself: what comes from below, from itself and by its reset is given."""
    alpha, beta, _, theta, _, _ = network.dynamics
    weights = {name: torch.from_numpy(W.copy()).requires_grad_() for name, W in network.weights.items()}
    emit, derivative = spike_functions(network)
    mask = torch.from_numpy(batch.mask)
    state = dict.fromkeys(network.hidden, (torch.zeros(()),) * 3)
    spikes = {layer: 0.0 for layer in network.hidden}
    for t, x in enumerate(torch.from_numpy(batch.inputs)):
        below = x
        for layer in network.hidden:
            I, U, s = state[layer]
            I = alpha * I + below.detach() @ weights[f"W{layer}"].T
            if s.ndim:
                I = I + s.detach() @ weights[f"V{layer}"].T
            U = beta * U + I - theta * s.detach()
            x = U - theta
            s = emit(x).detach() + derivative(x).detach() * (x - x.detach())
            state[layer], below = (I, U, s), s
            spikes[layer] = spikes[layer] + (mask[t][:, None] * s).sum()
    rates = [count / (mask.sum() * network.weights[f"W{layer}"].shape[0]) for layer, count in spikes.items()]
    (STRENGTH / 2 * sum((rate - TARGET) ** 2 for rate in rates)).backward()
    found = {
        name: np.zeros_like(network.weights[name]) if W.grad is None else W.grad.numpy() for name, W in weights.items()
    }
    for name, gradient in found.items():
        if name.startswith("V"):
            np.fill_diagonal(gradient, 0)
    return found


@pytest.mark.parametrize("engine", [ENGINE, CpuEngine(np.float64)], ids=["reference", "cpu"])
def test_the_pull_is_the_gradient_of_each_layers_own_rate(engine):
    network, batch = random_network(SHAPE), random_batch(SHAPE)
    expected = by_autograd(network, batch)
    found = pull(network, batch, TARGET, STRENGTH, engine)
    assert set(found) == set(network.weights)
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-10, atol=1e-14)
        assert gradient.any() == (name != "W_out")


@pytest.mark.parametrize("name", ["bptt", "eprop_random", "decolle"])
def test_the_rule_learns_as_it_does_and_the_pull_comes_on_top(name):
    network, batch, engine = suited(random_network(SHAPE), rule(name)), random_batch(SHAPE), CpuEngine(np.float64)
    arguments = (network, batch, rule(name), "cross_entropy", "smooth_l1")
    plain, pulled = (one.loss_and_gradients(*arguments) for one in (engine, AtRate(engine, TARGET, STRENGTH)))
    own = pull(network, batch, TARGET, STRENGTH, engine)
    assert pulled.loss == plain.loss
    for weights, gradient in pulled.gradients.items():
        np.testing.assert_array_equal(gradient, plain.gradients[weights] + own[weights])


def test_all_else_is_the_engines_own():
    network, batch, engine = random_network(SHAPE), random_batch(SHAPE), CpuEngine(np.float64)
    wrapped = AtRate(engine, TARGET, STRENGTH)
    ours, its = (one.forward(network, batch.inputs).readout for one in (wrapped, engine))
    np.testing.assert_array_equal(ours, its)
    np.testing.assert_array_equal(wrapped.drive(network, batch.inputs), engine.drive(network, batch.inputs))
    assert wrapped.name == engine.name
