"""Convolutional layers: of one pixel they are dense layers, whose gradients the shared engine knows."""

import numpy as np
import pytest
import torch

from networks import ENGINE, autograd_gradients, random_network, relative_error, rule_gradients
from snnlocality.data.inputs import Batch
from snnlocality.learning.rules.decolle import RULE as DECOLLE
from snnlocality.network import Network, Shape
from snnlocality.tutorial import convolution
from snnlocality.tutorial.convolution import Layer


def pixels(kappa=0.0):
    """A dense network, its batch with the same class at all steps, and the same as images of one pixel."""
    random = np.random.default_rng(0)
    shape = Shape(6, (5, 4), 3, False)
    network = random_network(shape)
    network = Network(network.dynamics._replace(kappa=kappa), network.spike, network.weights, network.feedback)
    inputs = random.poisson(0.6, (12, 3, 6)).astype(float)
    labels = np.array([0, 2, 1])
    batch = Batch(inputs, np.tile(labels, (12, 1)), np.ones((12, 3)), 1)
    images = torch.from_numpy(inputs)[..., None, None]
    return network, batch, images, torch.from_numpy(labels)


def as_layers(network, readouts):
    return [
        Layer(torch.from_numpy(network.weights[f"W{n}"])[..., None, None].clone().requires_grad_(), readout, 1)
        for n, readout in enumerate(readouts, start=1)
    ]


def test_dcll_on_one_pixel_is_decolle():
    network, batch, images, labels = pixels()
    layers = as_layers(network, [torch.from_numpy(network.feedback[f"B{n}"]) for n in (1, 2)])
    _, _, got = convolution.gradients("DCLL", layers, images, labels, network.dynamics, network.spike)
    expected = rule_gradients(network, batch, DECOLLE)
    for name, gradient in (("W1", got[0]), ("W2", got[1])):
        assert relative_error({name: gradient[..., 0, 0].numpy()}, {name: expected[name]}) < 1e-10


def test_bptt_on_one_pixel_is_bptt():
    network, batch, images, labels = pixels(kappa=0.0)
    W_out = torch.from_numpy(network.weights["W_out"])
    layers = as_layers(network, [torch.zeros(3, 5, dtype=torch.float64), W_out])
    loss, decided, got = convolution.gradients("BPTT", layers, images, labels, network.dynamics, network.spike)
    expected = autograd_gradients(network, batch, through_reset=True)
    for name, gradient in (("W1", got[0]), ("W2", got[1])):
        assert relative_error({name: gradient[..., 0, 0].numpy()}, {name: expected[name]}) < 1e-10
    y = ENGINE.forward(network, batch.inputs).readout
    np.testing.assert_array_equal(decided, y.mean(axis=0).argmax(axis=-1))
    assert loss > 0


@pytest.mark.parametrize("method", convolution.METHODS)
def test_weights_are_shared_by_all_places(method):
    """An image of two equal halves, far enough apart, gives the gradient of one half with both readouts."""
    generator = torch.Generator().manual_seed(0)
    spike = random_network(Shape(1, (1,), 2, False)).spike
    dynamics = pixels()[0].dynamics
    one = (torch.rand(8, 2, 1, 3, 3, generator=generator, dtype=torch.float64) < 0.5).double()
    padding = torch.zeros(8, 2, 1, 5, 5, dtype=torch.float64)
    padding[..., 1:4, 1:4] = one
    two = torch.cat([padding, padding], dim=-1)
    weight = torch.randn(4, 1, 3, 3, generator=generator, dtype=torch.float64)
    readout = torch.randn(3, 4, 5, 5, generator=generator, dtype=torch.float64)
    labels = torch.tensor([0, 1])
    single = [Layer(weight.clone().requires_grad_(), 2 * readout.flatten(1), 1)]
    double = [Layer(weight.clone().requires_grad_(), torch.cat([readout, readout], dim=-1).flatten(1), 1)]
    results = [
        convolution.gradients(method, layers, images, labels, dynamics, spike)
        for layers, images in ((single, padding), (double, two))
    ]
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-10)
    torch.testing.assert_close(results[0][2][0], results[1][2][0], rtol=1e-10, atol=1e-12)


def test_layers_are_drawn_and_scaled_to_fire():
    generator = torch.Generator().manual_seed(0)
    layers = convolution.draw((2, 4, 6), 3, (2, 2), 12, 5, generator)
    assert [tuple(layer.weight.shape) for layer in layers] == [(4, 2, 3, 3), (6, 4, 3, 3)]
    assert [tuple(layer.readout.shape) for layer in layers] == [(5, 4 * 36), (5, 6 * 9)]
    network = pixels()[0]
    images = (torch.rand(20, 3, 2, 12, 12, generator=generator) < 0.05).float()
    convolution.scaled(layers, images, network.dynamics, network.spike, 1.0)
    outputs = convolution.simulate(layers, images, network.dynamics, network.spike)
    assert all(0.01 < outputs[n].mean() < 0.9 for n in (1, 2))
    assert outputs[2].shape == (20, 3, 6, 3, 3)
