import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from networks import SURROGATES
from snnlocality import registry
from snnlocality.engines.reference import FUNCTIONS
from snnlocality.neurons.formula import as_function
from snnlocality.neurons.lif import adaptive, dynamics
from snnlocality.neurons.spikes import spiking

SLOPES = (0.7, 1.0, 4.0)


class Documented(NamedTuple):
    """A surrogate as the literature has it, in terms of x and the slope k."""

    formula: Callable[[float, float], float]
    peak: Callable[[float], float]
    area: Callable[[float], float]
    edges: Callable[[float], list[float]] = lambda k: []  # where it is not smooth, besides 0


DOCUMENTED = {
    "arctan": Documented(lambda x, k: (k / 2) / (1 + (math.pi * k * x / 2) ** 2), lambda k: k / 2, lambda k: 1),
    "boxcar": Documented(
        lambda x, k: k if abs(x) < 1 / (2 * k) else 0, lambda k: k, lambda k: 1, lambda k: [-1 / (2 * k), 1 / (2 * k)]
    ),
    "exponential": Documented(lambda x, k: math.exp(-k * abs(x)), lambda k: 1, lambda k: 2 / k),
    "fast_sigmoid": Documented(lambda x, k: 1 / (1 + k * abs(x)) ** 2, lambda k: 1, lambda k: 2 / k),
    "gaussian": Documented(
        lambda x, k: k / math.sqrt(math.pi) * math.exp(-((k * x) ** 2)),
        lambda k: k / math.sqrt(math.pi),
        lambda k: 1,
    ),
    "relu_type": Documented(
        lambda x, k: k * (1 + k * x) if -1 / k < x <= 0 else 0, lambda k: k, lambda k: 1 / 2, lambda k: [-1 / k]
    ),
    "sigmoid": Documented(
        lambda x, k: k * math.exp(-k * x) / (1 + math.exp(-k * x)) ** 2, lambda k: k / 4, lambda k: 1
    ),
    "triangle": Documented(
        lambda x, k: max(0.0, 1 - k * abs(x)), lambda k: 1, lambda k: 1 / k, lambda k: [-1 / k, 1 / k]
    ),
}
SYMMETRIC = set(DOCUMENTED) - {"relu_type"}


def derivative(name, slope, x):
    x = torch.as_tensor(np.atleast_1d(x), dtype=torch.float64)
    result = as_function(spiking(name, slope).derivative, FUNCTIONS)(x, slope)
    assert result.dtype == x.dtype
    return result.numpy()


def test_every_surrogate_is_documented_here():
    assert set(registry.names(SURROGATES)) == set(DOCUMENTED)


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_surrogate_has_its_formula_peak_and_area(name, slope):
    formula, peak, area, edges = DOCUMENTED[name]
    x = np.linspace(-5, 5, 2001)
    np.testing.assert_allclose(derivative(name, slope, x), [formula(value, slope) for value in x], rtol=1e-12)
    assert derivative(name, slope, 0)[0] == pytest.approx(peak(slope), rel=1e-12)
    assert derivative(name, slope, x).max() <= peak(slope) * (1 + 1e-12)
    ends = [-np.inf, *sorted({0.0, *edges(slope)}), np.inf]
    pieces = [
        quad(lambda value: float(derivative(name, slope, value)[0]), low, high)[0] for low, high in pairwise(ends)
    ]
    assert sum(pieces) == pytest.approx(area(slope), rel=1e-7)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_which_surrogates_are_symmetric(name):
    x = np.linspace(0.013, 3, 300)
    left, right = derivative(name, 0.8, -x), derivative(name, 0.8, x)
    assert np.allclose(left, right, rtol=1e-12, atol=0) == (name in SYMMETRIC)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_larger_slope_is_a_narrower_surrogate(name):
    """At half of its peak, left of the threshold."""
    x = np.linspace(-4, 0, 4001)
    widths = [(derivative(name, k, x) > 0.5 * derivative(name, k, 0)).sum() for k in SLOPES]
    assert widths[0] > widths[1] > widths[2] > 0


def test_a_neuron_fires_above_threshold_only():
    x = torch.tensor([-1.0, -1e-7, 0.0, 1e-7, 1.0])
    np.testing.assert_array_equal(as_function(spiking("boxcar", 1.0).emit, FUNCTIONS)(x, 1.0), [0, 0, 0, 1, 1])


def test_decay_factors_follow_from_time_constants():
    decays = dynamics(2, {"synapse": 5, "membrane": 10, "readout": 20}, theta=1.5)
    assert decays == pytest.approx((math.exp(-0.4), math.exp(-0.2), math.exp(-0.1), 1.5, 0, 0))
    assert adaptive(decays, step_ms=2, adaptation_ms=20, strength=0) == decays
    assert adaptive(decays, step_ms=2, adaptation_ms=20, strength=0.4)[4:] == pytest.approx((math.exp(-0.1), 0.6))
