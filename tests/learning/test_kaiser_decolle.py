"""DECOLLE in its authors' neuron model: vectorised against one synapse at a time."""

from itertools import pairwise

import numpy as np
import pytest
from kaiser_decolle import Decays, Layer, boxcar, gradients, simulate

from snnlocality.learning.losses import LOSSES

DECAYS = Decays(alpha=0.9, beta=0.8, rho=0.65, w=1.0)


def random_layers(sizes, classes, seed=0):
    random = np.random.default_rng(seed)
    return tuple(
        Layer(
            4 * random.standard_normal((units, below)) / np.sqrt(below),
            0.2 * random.standard_normal(units) - 0.2,
            random.uniform(-0.5, 0.5, (classes, units)) / np.sqrt(units),
        )
        for below, units in pairwise(sizes)
    )


def literal_gradients(layers, inputs, targets, weight, loss, decays):
    """Every neuron and synapse with variables of its own, updated in the order of the equations."""
    steps, samples, _ = inputs.shape
    dW, db = [np.zeros(layer.W.shape) for layer in layers], [np.zeros(layer.b.shape) for layer in layers]
    for sample in range(samples):
        Q, P = ([[0.0] * layer.W.shape[1] for layer in layers] for _ in range(2))
        R, S = ([[0.0] * layer.W.shape[0] for layer in layers] for _ in range(2))
        for t in range(steps):
            below = list(inputs[t, sample])
            for l, layer in enumerate(layers):
                units, sources = layer.W.shape
                for j in range(sources):
                    old_Q = Q[l][j]
                    Q[l][j] = decays.beta * old_Q + (1 - decays.beta) * below[j]
                    P[l][j] = decays.alpha * P[l][j] + (1 - decays.alpha) * old_Q
                U = []
                for i in range(units):
                    R[l][i] = decays.rho * R[l][i] - (1 - decays.rho) * decays.w * S[l][i]
                    U.append(sum(layer.W[i, j] * P[l][j] for j in range(sources)) + layer.b[i] + R[l][i])
                    S[l][i] = 1.0 if U[i] >= 0 else 0.0
                Y = [sum(layer.G[k, i] * S[l][i] for i in range(units)) for k in range(len(layer.G))]
                error = loss(np.array(Y)[None, None], targets[t, sample][None, None])[1][0, 0]
                for i in range(units):
                    if abs(U[i]) >= 0.5:
                        continue
                    delta = weight[t, sample] * sum(layer.G[k, i] * error[k] for k in range(len(layer.G)))
                    db[l][i] += delta
                    for j in range(sources):
                        dW[l][i, j] += delta * P[l][j]
                below = list(S[l])
    return dW, db


@pytest.fixture
def example():
    random = np.random.default_rng(1)
    layers = random_layers((6, 5, 4), classes=3)
    inputs = random.poisson(0.6, (25, 2, 6)).astype(float)
    weight = np.full((25, 2), 1 / 40)
    weight[:5] = 0  # burn-in
    return layers, inputs, random.integers(3, size=(25, 2)), weight


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_those_of_single_synapses(example, loss):
    dW, db = literal_gradients(*example, LOSSES[loss], DECAYS)
    for layer, gradient in enumerate(gradients(*example, LOSSES[loss], DECAYS)):
        assert dW[layer].any()
        assert np.abs(gradient.W - dW[layer]).max() < 1e-10 * np.abs(dW[layer]).max()
        assert np.abs(gradient.b - db[layer]).max() < 1e-10 * np.abs(db[layer]).max()


def test_both_layers_fire_and_rest(example):
    layers, inputs, _, _ = example
    first = simulate(layers[0], inputs, DECAYS)
    second = simulate(layers[1], first.S, DECAYS)
    for traces in (first, second):
        assert 0.05 < traces.S.mean() < 0.95
        assert boxcar(traces.U).any()


def test_a_spike_reaches_the_potential_one_step_late_and_refractoriness_follows_the_own_spike():
    layer = Layer(np.array([[100.0]]), np.array([-1.0]), np.ones((1, 1)))
    inputs = np.zeros((4, 1, 1))
    inputs[0] = 1
    traces = simulate(layer, inputs, DECAYS)
    # Q = 0.2, 0.16, 0.128; P = 0, 0.02, 0.034: the synapse's first value is the membrane's second.
    np.testing.assert_allclose(traces.P[:3].ravel(), [0, 0.02, 0.034], rtol=1e-12)
    np.testing.assert_array_equal(traces.S.ravel()[:2], [0, 1])
    np.testing.assert_allclose(traces.U[2].item(), 3.4 - 1 - 0.35, rtol=1e-12)
