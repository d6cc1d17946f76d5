"""SpikeProp (Bohte, Kok & La Poutré 2002): gradients of spike times by linearising the potential at the threshold.

A neuron's potential is the sum of its inputs' responses, and it fires once, when that first reaches the threshold::

    U(t) = sum_j w_j eps(t - t_j)    eps(s) = (s / tau) exp(1 - s / tau) for s > 0

Around the spike U is taken as linear in time, so that dt/dU = -1 / U'(t) there. Every connection consists of
several that differ in delay. Where a neuron stays silent nothing is learned.
"""

from typing import NamedTuple

import numpy as np

_BISECTIONS = 20  # to a millionth of a step of the grid; Newton's step then squares what is left


class Spikes(NamedTuple):
    """First spikes of a layer."""

    times: np.ndarray  # (samples, units); infinite where a neuron stays silent
    slope: np.ndarray  # (samples, units): U' at the spike; 1 of a silent neuron


def response(s: np.ndarray, tau: float) -> np.ndarray:
    """eps(s); 0 before the spike arrives."""
    after = np.where(np.isfinite(s) & (s > 0), s, 0) / tau
    return after * np.exp(1 - after)


def response_slope(s: np.ndarray, tau: float) -> np.ndarray:
    """eps'(s)."""
    after = np.where(np.isfinite(s) & (s > 0), s, np.inf) / tau
    return np.where(np.isfinite(after), (1 - np.where(np.isfinite(after), after, 0)) * np.exp(1 - after), 0) / tau


def delayed(times: np.ndarray, delays: np.ndarray) -> np.ndarray:
    """Times (samples, units) as they arrive by every delay: (samples, units * delays)."""
    return (times[..., None] + delays).reshape(len(times), -1)


def fire(arrivals: np.ndarray, W: np.ndarray, tau: float, theta: float, until: float, step: float) -> Spikes:
    """First crossings of theta before ``until``: bracketed on a grid of ``step``, bisected, then a Newton step.

    ``arrivals``: (samples, inputs); ``W``: (units, inputs).
    """
    grid = np.arange(0, until, step)
    U = response(grid[:, None, None] - arrivals, tau) @ W.T  # (times, samples, units)
    above = theta <= U
    fires, first = above.any(axis=0), above.argmax(axis=0)
    late, early = grid[first], grid[np.maximum(first - 1, 0)]
    for _ in range(_BISECTIONS):
        middle = (late + early) / 2
        reached = potential(middle, arrivals, W, tau) >= theta
        late, early = np.where(reached, middle, late), np.where(reached, early, middle)
    slope = np.where(fires, _slope(late, arrivals, W, tau), 1.0)
    late = late - (potential(late, arrivals, W, tau) - theta) / slope
    return Spikes(np.where(fires, late, np.inf), slope)


def _slope(times: np.ndarray, arrivals: np.ndarray, W: np.ndarray, tau: float) -> np.ndarray:
    """U' of every unit at a time of its own, (samples, units)."""
    return (W * response_slope(times[..., None] - arrivals[:, None], tau)).sum(axis=2)


def potential(times: np.ndarray, arrivals: np.ndarray, W: np.ndarray, tau: float) -> np.ndarray:
    """U of every unit at a time of its own, (samples, units)."""
    return (W * response(times[..., None] - arrivals[:, None], tau)).sum(axis=2)


def backward(
    spikes: Spikes, arrivals: np.ndarray, W: np.ndarray, tau: float, error: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(dL/dW, dL/darrivals) from ``error`` = dL/dt (samples, units)."""
    fires = np.isfinite(spikes.times)
    share = np.where(fires, -error / spikes.slope, 0)[..., None]
    s = np.where(fires, spikes.times, 0)[..., None] - arrivals[:, None]
    return (share * response(s, tau)).sum(axis=0), (-share * W * response_slope(s, tau)).sum(axis=1)
