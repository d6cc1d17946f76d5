"""Surrogates made alike have the width, peak and area that was asked for."""

import numpy as np
import pytest

from snnlocality import registry
from snnlocality.neurons.formula import NUMPY, as_function
from snnlocality.tutorial.surrogates import alike, area

WIDTH = 0.3
SHAPES = registry.names(registry.SURROGATES)


def values(spike):
    x = np.linspace(-2, 2, 400_001)
    return x, as_function(spike.derivative, NUMPY)(x, spike.slope)


@pytest.mark.parametrize("shape", SHAPES)
def test_at_equal_peak(shape):
    x, h = values(alike(registry.load(registry.SURROGATES, shape), "equal peak", WIDTH))
    assert h.max() == pytest.approx(1, rel=1e-6)
    assert np.count_nonzero(h >= 0.5) * (x[1] - x[0]) == pytest.approx(WIDTH, abs=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_at_equal_area(shape):
    spike = alike(registry.load(registry.SURROGATES, shape), "equal area", WIDTH)
    x, h = values(spike)
    assert np.count_nonzero(h >= h.max() / 2) * (x[1] - x[0]) == pytest.approx(WIDTH, abs=1e-4)
    assert area(spike.derivative, spike.slope) == pytest.approx(WIDTH, rel=1e-6)


@pytest.mark.parametrize(("shape", "known"), [("fast_sigmoid", 2 / 7), ("arctan", 1), ("exponential", 2 / 7)])
def test_areas_are_those_of_the_formulas(shape, known):
    """Of long tails, short tails and none."""
    assert area(registry.load(registry.SURROGATES, shape), 7.0) == pytest.approx(known, rel=1e-4)
