import numpy as np
import pytest

from networks import DYNAMICS, as_events, random_batch, random_network
from snnlocality.attacks.counterpart import gradient, mean_input, readout
from snnlocality.network import Network, Shape
from snnlocality.neurons.spikes import spiking


def loss(network, r, label, iterations):
    y = readout(network, r[None], iterations)[0]
    return np.log(np.exp(y).sum()) - y[label]


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("iterations", [0, 1, 4])
def test_the_gradient_is_that_of_finite_differences(recurrent, iterations, direct):
    network = random_network(Shape(6, (7, 5), 3, recurrent, direct))
    r = np.random.default_rng(1).uniform(0.1, 1, (4, 6))
    labels = np.array([0, 2, 1, 1])
    got = gradient(network, r, labels, iterations)
    step = 1e-6
    for sample, label in enumerate(labels):
        for unit in range(6):
            e = step * np.eye(6)[unit]
            up, down = (loss(network, r[sample] + sign * e, label, iterations) for sign in (1, -1))
            assert got[sample, unit] == pytest.approx((up - down) / (2 * step), abs=1e-8)


def test_a_readout_of_every_layer_reads_the_counterparts_too():
    network = random_network(Shape(6, (7, 5), 3, False, direct_readout=True))
    W, r = network.weights, np.random.default_rng(1).uniform(0.1, 1, (4, 6))
    first = np.maximum(r @ W["W1"].T, 0)
    expected = np.maximum(first @ W["W2"].T, 0) @ W["W_out"].T + first @ W["O1"].T
    np.testing.assert_allclose(readout(network, r, 0), expected, rtol=1e-12)


def test_a_case_by_hand():
    """Two inputs, one hidden unit, two classes: y = (h, -h), h = 2 a - b = 1 at a = b = 1, p = 1 / (1 + e^-2h)."""
    weights = {"W1": np.array([[2.0, -1.0]]), "W_out": np.array([[1.0], [-1.0]])}
    network = Network(DYNAMICS, spiking("fast_sigmoid", 1.0), weights, {})
    got = gradient(network, np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([1, 1]), 0)
    p = 1 / (1 + np.exp(-2))
    np.testing.assert_allclose(got[0], 2 * p * np.array([2, -1]), rtol=1e-12)
    np.testing.assert_array_equal(got[1], 0)  # h = ReLU(-1): no path is open


def test_without_iterations_recurrent_weights_play_no_part():
    network = random_network(Shape(6, (7, 5), 3, True))
    bare = {name: array for name, array in network.weights.items() if not name.startswith("V")}
    r, labels = np.random.default_rng(1).uniform(size=(4, 6)), np.array([0, 2, 1, 1])
    without = Network(network.dynamics, network.spike, bare, {})
    np.testing.assert_array_equal(gradient(network, r, labels, 0), gradient(without, r, labels, 5))
    assert not np.allclose(gradient(network, r, labels, 5), gradient(network, r, labels, 0))


def test_a_confident_counterpart_still_has_a_gradient():
    network = random_network(Shape(6, (7, 5), 3, False), gain=5.0)
    r = np.random.default_rng(1).uniform(0.5, 1, (8, 6))
    labels = readout(network, r, 0).argmax(axis=1)
    assert np.abs(gradient(network, r, labels, 0)).max(axis=1).min() > 0


def test_rates_of_events_and_of_dense_input_agree():
    batch = random_batch(Shape(6, (5,), 3, False))
    events = as_events(batch.inputs)._replace(index=np.array([2, 0]))
    np.testing.assert_allclose(mean_input(events), mean_input(batch.inputs)[[2, 0]], rtol=1e-12)
