"""Surrogate derivatives made alike, so that nothing but their shape is compared."""

import numpy as np
from scipy.integrate import quad

from snnlocality.neurons.formula import NUMPY, as_function
from snnlocality.neurons.spikes import HEAVISIDE, SpikeFunction

NORMALISATIONS = ("equal peak", "equal area")
_REACH, _POINTS = 5.0, 200_001  # of the grid, in units of 1/k: beyond it all shapes are below half their peak


def alike(formula: str, normalisation: str, width: float) -> SpikeFunction:
    """A surrogate of this full width at half its peak, scaled to peak 1 or to the area ``width`` (that of a window).

    ``formula``: a ``DERIVATIVE`` of ``neurons.surrogates``; ``width`` in the unit of the potential.
    """
    slope = _full_width(formula) / width
    size = peak(formula, slope) if normalisation == "equal peak" else area(formula, slope) / width
    return SpikeFunction(HEAVISIDE, f"{float(1 / size)!r} * ({formula})", slope)


def peak(formula: str, slope: float) -> float:
    """The largest value of a surrogate."""
    return float(_on_grid(formula, slope)[1].max())


def area(formula: str, slope: float) -> float:
    """Area under a surrogate: a fine sum where it has its steps and kinks, and the tails."""
    function, (x, h) = as_function(formula, NUMPY), _on_grid(formula, slope)
    tails = [
        quad(lambda one: float(function(np.array(one), slope)), *ends)[0] for ends in ((-np.inf, x[0]), (x[-1], np.inf))
    ]
    return float(np.trapezoid(h, x) + sum(tails))


def _full_width(formula: str) -> float:
    """At half its peak, for slope 1."""
    x, h = _on_grid(formula, 1.0)
    return float(np.count_nonzero(h >= h.max() / 2) * (x[1] - x[0]))


def _on_grid(formula: str, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the threshold, and the surrogate there."""
    x = np.linspace(-_REACH, _REACH, _POINTS) / slope
    return x, as_function(formula, NUMPY)(x, slope)
