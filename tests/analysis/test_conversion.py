"""Conversion: rates converge to activations, whatever way thresholds are balanced."""

import numpy as np
import pytest

from snnlocality.analysis import conversion
from snnlocality.data.inputs import at_all
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.network import Network
from snnlocality.neurons.spikes import spiking

SPIKE = spiking("fast_sigmoid", 10.0)
ENGINE = CpuEngine(np.float64)


@pytest.fixture
def case():
    random = np.random.default_rng(0)
    weights = {
        "W1": random.standard_normal((12, 9)),
        "W2": random.standard_normal((8, 12)) / 2,
        "W_out": random.standard_normal((4, 8)),
    }
    return weights, random.uniform(size=(30, 9))


def rates(weights, r, steps):
    network = Network(conversion.INTEGRATE_AND_FIRE, SPIKE, weights, {})
    traces = ENGINE.forward(network, conversion.constant(weights, r, steps))
    return [spikes.mean(axis=0) for spikes in traces.spikes]


@pytest.mark.parametrize("balance", ["data-based", "percentile", "spike-norm"])
def test_rates_converge_to_activations(case, balance):
    weights, r = case
    scales = {
        "data-based": lambda: conversion.data_based(weights, r),
        "percentile": lambda: conversion.percentile(weights, r, 100),
        "spike-norm": lambda: conversion.spike_norm(weights, at_all(50, r), SPIKE, ENGINE),
    }[balance]()
    scaled = conversion.balanced(weights, scales)
    expected = [h / scale for h, scale in zip(conversion.activations(weights, r), scales, strict=True)]
    assert max(h.max() for h in expected) <= 1 + 1e-6
    errors = [
        max(np.abs(found - wanted).max() for found, wanted in zip(rates(scaled, r, steps), expected, strict=True))
        for steps in (50, 500, 5000)
    ]
    assert errors[1] < errors[0] / 3
    assert errors[2] < errors[1] / 3
    assert errors[2] < 0.005


def test_balancing_changes_no_decision_of_the_relu_network(case):
    weights, r = case
    scaled = conversion.balanced(weights, conversion.data_based(weights, r))
    np.testing.assert_allclose(conversion.readout(scaled, r), conversion.readout(weights, r), rtol=1e-5)


def test_a_percentile_ignores_outliers(case):
    weights, r = case
    assert conversion.percentile(weights, r, 90)[0] < conversion.percentile(weights, r, 100)[0]
    assert conversion.percentile(weights, r, 100)[0] == pytest.approx(conversion.activations(weights, r)[0].max())


def test_spike_norm_is_the_largest_drive(case):
    weights, r = case
    first, second = conversion.spike_norm(weights, at_all(20, r), SPIKE, ENGINE)
    assert first == pytest.approx((r @ weights["W1"].T).max(), rel=1e-6)
    below = conversion.balanced({"W1": weights["W1"], "W_out": weights["W2"]}, [first])
    network = Network(conversion.INTEGRATE_AND_FIRE, SPIKE, below, {})
    spikes = ReferenceEngine().forward(network, conversion.constant(below, r, 20)).spikes[0]
    assert second == pytest.approx((spikes @ below["W_out"].T).max(), rel=1e-5)


def test_leaky_synapses_have_gain_one(case):
    weights, _ = case
    dynamics = conversion.INTEGRATE_AND_FIRE._replace(alpha=0.8, beta=0.9, kappa=0.95)
    scaled, changed = conversion.leaky(weights, dynamics)
    np.testing.assert_allclose(scaled["W1"], 0.2 * weights["W1"], rtol=1e-6)
    np.testing.assert_allclose(scaled["W_out"], weights["W_out"], rtol=1e-6)
    assert (changed.alpha, changed.beta, changed.kappa) == (0.8, 0.9, 1.0)
