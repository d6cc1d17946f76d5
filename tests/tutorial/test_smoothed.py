"""Smoothed models: their gradients are true ones, and they become spiking neurons where smoothing ends."""

import numpy as np
import pytest
import torch
from scipy.optimize import approx_fprime, minimize

from networks import DYNAMICS, ENGINE, random_network
from snnlocality.network import Shape
from snnlocality.tutorial import escape_noise, rate_coding, soft_threshold


def test_a_gate_lets_one_unit_through_per_turn():
    phase = torch.linspace(0, 2 * torch.pi, 20001, dtype=torch.float64)
    for k in (1.0, 30.0, 2000.0):
        assert torch.trapezoid(soft_threshold.gate(phase, k), phase).item() == pytest.approx(1, rel=1e-6)


def test_soft_spikes_are_those_of_a_hard_threshold():
    """A constant current I turns the phase 2 pi every pi / sqrt(I); every turn adds one to the trace."""
    steps = round(5 * torch.pi / 0.5**0.5 / 0.001)
    phases, traces = soft_threshold.simulate(torch.full((steps, 1, 1), 0.5, dtype=torch.float64), 50.0, 1e9, 0.001)
    assert phases[-1].item() == pytest.approx(5 * 2 * torch.pi, rel=1e-3)
    assert soft_threshold.turns(phases).item() == 5
    assert traces[-1].item() == pytest.approx(5, rel=1e-3)


def test_the_soft_threshold_has_the_gradient_of_finite_differences():
    random = np.random.default_rng(0)
    inputs, target = torch.from_numpy(random.random((60, 2, 3))), torch.from_numpy(random.random((60, 2, 2)))
    flat = np.concatenate([random.normal(0.5, 0.5, 12), random.normal(0, 0.5, 8)])

    def parts(values):
        return values[:12].reshape(4, 3), values[12:].reshape(2, 4)

    def loss(values):
        return soft_threshold.distance(parts(torch.from_numpy(values)), inputs, target, 8.0, 1.0, 0.05).item()

    weights = torch.from_numpy(flat).requires_grad_()
    soft_threshold.distance(parts(weights), inputs, target, 8.0, 1.0, 0.05).backward()
    np.testing.assert_allclose(weights.grad.numpy(), approx_fprime(flat, loss, 1e-7), rtol=1e-4, atol=1e-6)


def test_the_likelihood_has_the_gradient_of_finite_differences():
    random = np.random.default_rng(0)
    inputs, W = (random.random((40, 3, 5)) < 0.3).astype(float), random.normal(0.2, 0.4, (2, 5))
    spikes = escape_noise.sample(W, inputs, DYNAMICS, 3.0, random)
    value, gradient = escape_noise.log_likelihood(W, inputs, spikes, DYNAMICS, 3.0)

    def of(flat):
        return escape_noise.log_likelihood(flat.reshape(W.shape), inputs, spikes, DYNAMICS, 3.0)[0]

    np.testing.assert_allclose(gradient.ravel(), approx_fprime(W.ravel(), of, 1e-7), rtol=1e-4, atol=1e-4)
    assert value < 0


def test_neurons_of_steep_escape_are_those_of_a_threshold():
    random = np.random.default_rng(0)
    inputs = (random.random((30, 2, 6)) < 0.4).astype(float)
    network = random_network(Shape(6, (4,), 2, False))
    spikes = escape_noise.sample(network.weights["W1"], inputs, network.dynamics, 1e6, random)
    traces = ENGINE.forward(network, inputs)
    np.testing.assert_array_equal(spikes, traces.spikes[0])
    np.testing.assert_allclose(
        escape_noise.potentials(network.weights["W1"], inputs, spikes, network.dynamics),
        traces.potentials[0],
        rtol=1e-9,
    )


def test_maximal_likelihood_finds_the_weights_that_spikes_were_drawn_from():
    random = np.random.default_rng(0)
    inputs, W = (random.random((4000, 1, 4)) < 0.3).astype(float), np.array([[0.6, -0.2, 0.3, 0.1]])
    spikes = escape_noise.sample(W, inputs, DYNAMICS, 3.0, random)

    def unlikelihood(flat):
        value, gradient = escape_noise.log_likelihood(flat.reshape(W.shape), inputs, spikes, DYNAMICS, 3.0)
        return -value, -gradient.ravel()

    learned = minimize(unlikelihood, np.zeros(W.size), jac=True).x
    np.testing.assert_allclose(learned, W.ravel(), atol=0.05)


def hard_rate(I, tau, refractory):
    """The f-I curve without softening."""
    with np.errstate(divide="ignore"):
        return np.where(I > 1, 1 / (refractory + tau * np.log1p(1 / np.maximum(I - 1, 0))), 0.0)


def test_the_soft_curve_becomes_the_hard_one_and_has_its_slope():
    I = torch.linspace(-1, 4, 101, dtype=torch.float64).requires_grad_()
    width = 1e-4
    soft = rate_coding.rate(I, 20.0, 2.0, width)
    away = (I.detach() - 1).abs() > 0.1
    hard = hard_rate(I.detach().numpy(), 20.0, 2.0)
    np.testing.assert_allclose(soft.detach().numpy()[away], hard[away], atol=width / 20.0 / 0.1)
    assert torch.autograd.gradcheck(lambda x: rate_coding.rate(x, 20.0, 2.0, 0.1), (I,))
    soft.sum().backward()
    assert torch.isfinite(I.grad).all()


def test_spiking_neurons_fire_at_the_rate_of_the_curve():
    I = np.linspace(0.5, 3, 26)[:, None]
    _, (rates,) = rate_coding.simulate([np.eye(1), np.eye(1)], I, 20.0, 2.0, 4000.0, 0.5)
    np.testing.assert_allclose(rates, hard_rate(I, 20.0, 2.0), atol=5e-4)
