"""Spike times and their gradients: against numerical integration and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from snnlocality.tutorial import spike_times, spikeprop


def integrated(z_below, W):
    """First crossings of 1 by the closed potential on a fine grid of times."""
    t = np.log(z_below)
    grid = np.linspace(0, 12, 60001)
    s = grid[:, None, None] - t
    U = np.where(s > 0, 1 - np.exp(-np.maximum(s, 0)), 0) @ W.T
    reached = U >= 1
    return np.where(reached.any(axis=0), grid[reached.argmax(axis=0)], np.inf)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 5))
def test_neurons_fire_when_their_potential_reaches_the_threshold(seed, inputs, units):
    random = np.random.default_rng(seed)
    z, W = np.exp(random.uniform(0, 2, (4, inputs))), random.normal(0.5, 1.0, (units, inputs))
    spikes, expected = spike_times.fire(z, W), integrated(z, W)
    with np.errstate(divide="ignore"):
        times = np.log(spikes.z)
    within = times < 11.9
    assert (within == (expected < 11.9)).all()
    np.testing.assert_allclose(times[within], expected[within], atol=3e-4)
    fires = np.isfinite(spikes.z)[..., None]
    np.testing.assert_array_equal(spikes.causal, fires & (z[:, None] < spikes.z[..., None]))


def loss_of(parameters, shapes, z, labels):
    first = np.prod(shapes[0])
    W1, W2 = parameters[:first].reshape(shapes[0]), parameters[first:].reshape(shapes[1])
    hidden = spike_times.fire(z, W1)
    return spike_times.first_spike_loss(spike_times.fire(hidden.z, W2).z, labels)[0]


def test_gradients_are_those_of_finite_differences():
    random = np.random.default_rng(3)
    z, labels = np.exp(random.uniform(0, 2, (5, 3))), random.integers(2, size=5)
    W1, W2 = random.normal(0.8, 0.5, (4, 3)), random.normal(0.8, 0.5, (2, 4))
    hidden = spike_times.fire(z, W1)
    out = spike_times.fire(hidden.z, W2)
    assert np.isfinite(out.z).all()
    _, error = spike_times.first_spike_loss(out.z, labels)
    dW2, dz = spike_times.backward(out, hidden.z, W2, error)
    dW1, _ = spike_times.backward(hidden, z, W1, dz)
    expected = approx_fprime(np.concatenate([W1.ravel(), W2.ravel()]), loss_of, 1e-7, (W1.shape, W2.shape), z, labels)
    np.testing.assert_allclose(np.concatenate([dW1.ravel(), dW2.ravel()]), expected, atol=1e-5)


def test_one_neuron_by_hand():
    """Two inputs at t = 0 of weight 1: z = 2 / (2 - 1)."""
    spikes = spike_times.fire(np.ones((1, 2)), np.array([[1.0, 1.0], [0.3, 0.3]]))
    np.testing.assert_allclose(spikes.z, [[2, np.inf]])
    dW, dz = spike_times.backward(spikes, np.ones((1, 2)), np.ones((2, 2)), np.ones((1, 2)))
    np.testing.assert_allclose(dW, [[-1, -1], [0, 0]])
    np.testing.assert_allclose(dz, [[1, 1]])


def test_silent_neurons_wish_to_fire():
    W = np.array([[0.2, 0.3], [0.8, 0.9]])
    cost, gradient = spike_times.wish_to_fire(W, 10.0)
    assert cost == pytest.approx(5.0)
    np.testing.assert_array_equal(gradient, [[-10, -10], [0, 0]])


def test_spikeprop_fires_at_the_threshold_and_has_the_slope_of_finite_differences():
    random = np.random.default_rng(1)
    tau, theta, until, step = 3.0, 1.0, 20.0, 0.05
    arrivals, W = random.uniform(0, 4, (5, 6)), random.uniform(0.1, 0.5, (3, 6))
    arrivals[0, 0] = np.inf  # of a silent neuron
    spikes = spikeprop.fire(arrivals, W, tau, theta, until, step)
    assert np.isfinite(spikes.times).all()
    np.testing.assert_allclose(spikeprop.potential(spikes.times, arrivals, W, tau), theta, rtol=1e-9)
    error = random.normal(size=spikes.times.shape)

    def loss(flat):
        w, t = flat[: W.size].reshape(W.shape), arrivals.copy()
        t[np.isfinite(t)] = flat[W.size :]
        return float((spikeprop.fire(t, w, tau, theta, until, step).times * error).sum())

    dW, dt = spikeprop.backward(spikes, arrivals, W, tau, error)
    finite = np.isfinite(arrivals)
    expected = approx_fprime(np.concatenate([W.ravel(), arrivals[finite]]), loss, 1e-6)
    np.testing.assert_allclose(np.concatenate([dW.ravel(), dt[finite]]), expected, rtol=1e-3, atol=1e-4)
    assert dt[0, 0] == 0


def test_delays_are_connections_of_their_own():
    np.testing.assert_array_equal(
        spikeprop.delayed(np.array([[1.0, 5.0]]), np.array([0.0, 2.0])), [[1.0, 3.0, 5.0, 7.0]]
    )
