"""The loss is a staircase, its true gradient zero between steps; of a smooth network both gradients agree."""

import numpy as np

from networks import ENGINE, random_batch, random_network
from snnlocality.learning.losses import LOSSES
from snnlocality.network import Shape
from snnlocality.neurons.spikes import SpikeFunction
from snnlocality.tutorial import landscape

LOSS = LOSSES["cross_entropy"]
SHAPE = Shape(2, (2,), 2, False)


def ends(spike=None):
    end = random_network(SHAPE, seed=1, spike=spike)
    return random_network(SHAPE, seed=2).weights["W1"], end, random_batch(SHAPE, steps=10, samples=4)


def test_the_line_leads_from_the_start_to_the_end():
    start, end, batch = ends()
    np.testing.assert_array_equal(landscape.at(end, start, 0.0).weights["W1"], start)
    np.testing.assert_array_equal(landscape.at(end, start, 1.0).weights["W1"], end.weights["W1"])
    line = landscape.walk(start, end, batch, LOSS, ENGINE, 3, 1e-6)
    assert line.loss[-1] == landscape.loss_of(end, batch, LOSS, ENGINE)


def test_spikes_make_a_staircase_whose_true_gradient_is_zero():
    start, end, batch = ends()
    line = landscape.walk(start, end, batch, LOSS, ENGINE, 200, 1e-9)
    flat = 1e-6
    assert (line.true_norm < flat).mean() > 0.95
    assert len(np.unique(line.loss.round(12))) < 150
    assert (line.surrogate_norm > 100 * flat).all()


def test_of_a_smooth_network_the_surrogate_gradient_is_the_true_one():
    smooth = SpikeFunction("sigmoid(k * x)", "k * sigmoid(k * x) * (1 - sigmoid(k * x))", 3.0)
    start, end, batch = ends(smooth)
    line = landscape.walk(start, end, batch, LOSS, ENGINE, 5, 1e-6)
    np.testing.assert_allclose(line.true_norm, line.surrogate_norm, rtol=1e-6)
    np.testing.assert_allclose(
        landscape.finite_differences(end, batch, LOSS, ENGINE, 1e-6),
        landscape.surrogate_gradient(end, batch, LOSS, ENGINE),
        rtol=1e-5,
        atol=1e-9,
    )
