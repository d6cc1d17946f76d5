"""SuperSpike against automatic differentiation and its literal online form."""

import numpy as np
import pytest
import torch

from networks import ENGINE, random_network, relative_error
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.network import Network, Shape
from snnlocality.neurons.formula import NUMPY, as_function
from snnlocality.tutorial import superspike

STEPS, SAMPLES = 30, 2


def example(hidden, kind="random"):
    """A network whose last hidden layer is the output, inputs and targets."""
    random = np.random.default_rng(4)
    network = random_network(Shape(6, hidden, hidden[-1], False), seed=2)
    B = superspike.feedback(kind, network.weights, random)
    network = Network(network.dynamics, network.spike, network.weights, B)
    inputs = (random.random((STEPS, SAMPLES, 6)) < 0.4).astype(float)
    targets = (random.random((STEPS, SAMPLES, hidden[-1])) < 0.2).astype(float)
    return network, inputs, targets


def online(network, inputs, targets):
    """Three factors at every step: the error as it is now, the surrogate, and the filtered presynaptic activity."""
    alpha, beta, _, theta, *_ = network.dynamics
    derivative = as_function(network.spike.derivative, NUMPY)
    layers = list(network.hidden)
    N = {layer: len(network.weights[f"W{layer}"]) for layer in layers}
    I, U, s = ({layer: np.zeros((SAMPLES, N[layer])) for layer in layers} for _ in range(3))
    eI, eU = ({layer: np.zeros((SAMPLES, network.weights[f"W{layer}"].shape[1])) for layer in layers} for _ in range(2))
    first, trace = (
        {layer: np.zeros((SAMPLES, *network.weights[f"W{layer}"].shape)) for layer in layers} for _ in range(2)
    )
    raw, error = (np.zeros((SAMPLES, targets.shape[2])) for _ in range(2))
    gradients = {f"W{layer}": np.zeros_like(network.weights[f"W{layer}"]) for layer in layers}
    for x, target in zip(inputs, targets, strict=True):
        below = x
        for layer in layers:
            I[layer] = alpha * I[layer] + below @ network.weights[f"W{layer}"].T
            U[layer] = beta * U[layer] + I[layer] - theta * s[layer]
            h = derivative(U[layer] - theta, network.spike.slope)
            s[layer] = (U[layer] > theta).astype(float)
            eI[layer] = alpha * eI[layer] + below
            eU[layer] = beta * eU[layer] + eI[layer]
            first[layer] = alpha * first[layer] + (1 - alpha) * h[:, :, None] * eU[layer][:, None]
            trace[layer] = beta * trace[layer] + (1 - beta) * first[layer]
            below = s[layer]
        raw = alpha * raw + (1 - alpha) * (target - s[layers[-1]])
        error = beta * error + (1 - beta) * raw
        for layer in layers:
            gradients[f"W{layer}"] -= np.einsum("bj,bji->ji", error @ network.feedback[f"B{layer}"], trace[layer])
    return gradients


@pytest.mark.parametrize("engine", [ENGINE, CpuEngine(np.float64)], ids=["reference", "cpu"])
@pytest.mark.parametrize("hidden", [(4,), (5, 4), (5, 4, 3)])
@pytest.mark.parametrize("kind", superspike.FEEDBACK)
def test_the_scan_is_the_three_factor_rule_forward_in_time(kind, hidden, engine):
    network, inputs, targets = example(hidden, kind)
    _, got = superspike.gradients(network, inputs, targets, engine)
    assert relative_error(got, online(network, inputs, targets)) < 1e-10


def test_on_one_layer_it_is_the_gradient_of_van_rossums_distance_without_the_reset():
    network, inputs, targets = example((4,))
    alpha, beta, _, theta, *_ = network.dynamics
    W = torch.from_numpy(network.weights["W1"].copy()).requires_grad_()
    k = network.spike.slope
    I = U = s = raw = e = torch.zeros((SAMPLES, 4), dtype=torch.float64)
    loss = torch.zeros((), dtype=torch.float64)
    for x, target in zip(torch.from_numpy(inputs), torch.from_numpy(targets), strict=True):
        I = alpha * I + x @ W.T
        U = beta * U + I - theta * s.detach()
        distance = U - theta
        h = 1 / (1 + k * distance.abs().detach()) ** 2  # the fast sigmoid
        s = (distance > 0).double() + h * (distance - distance.detach())
        raw = alpha * raw + (1 - alpha) * (target - s)
        e = beta * e + (1 - beta) * raw
        loss = loss + 0.5 * e.square().sum()
    loss.backward()
    progress, got = superspike.gradients(network, inputs, targets, ENGINE)
    assert progress.loss == pytest.approx(loss.item() / 4, rel=1e-10)
    assert relative_error(got, {"W1": W.grad.numpy()}) < 1e-10


def test_symmetric_feedback_is_the_product_of_the_weights_above():
    network, _, _ = example((5, 4, 3), "symmetric")
    W = network.weights
    np.testing.assert_allclose(network.feedback["B1"], W["W3"] @ W["W2"])
    np.testing.assert_array_equal(network.feedback["B3"], np.eye(3))
    with pytest.raises(ValueError, match="no feedback is called 'dense'"):
        superspike.feedback("dense", W, np.random.default_rng(0))


def test_it_learns_spike_trains():
    network, inputs, targets = example((20, 4))
    step = superspike.RMaxProp(network.weights, 0.01)
    losses = []
    for _ in range(200):
        progress, gradients = superspike.gradients(network, inputs, targets, CpuEngine(np.float64))
        step.step(gradients)
        losses.append(progress.loss)
    assert min(losses[-20:]) < 0.4 * losses[0]
