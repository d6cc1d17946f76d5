"""Temporal exclusive or, learned from exact spike times and by SpikeProp (the tutorial's figure 7).

Two inputs fire early or late; of two output neurons the first to fire names the class, 1 if the inputs differ.
Not every start leads to a solution: the success rate over seeds is the result. SpikeProp decides by the one output
neuron's time, as Bohte et al. do, early or late.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from snnlocality.seeds import generator
from snnlocality.tutorial import spike_times, spikeprop
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import ExactSpikeTimes, SpikeProp, TemporalXor

PATTERNS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # 1: late
LABELS = PATTERNS[:, 0] ^ PATTERNS[:, 1]
_SHOWN_UNTIL, _SHOWN_STEP = 6.0, 0.02  # of potentials, in synaptic time constants


class Trained(NamedTuple):
    """A network of exact spike times, from one update to the next."""

    update: int
    loss: float
    right: int  # of the four patterns
    weights: tuple[np.ndarray, np.ndarray]


def run(settings: TemporalXor, context: Context) -> pd.DataFrame:
    """A row per number: method, seed, quantity, pattern, unit, x (update or time), value.

    ``solved``: 1 if all patterns are right in the end; ``loss`` over updates; of the first solution by exact times also
    ``potential`` and ``spike`` of hidden (h0 ...) and output (o0, o1) neurons.
    """
    rows: list[dict[str, Any]] = []
    shown = False
    for number, seed in enumerate(settings.every_seed, start=1):
        updates = list(exact(settings.exact, seed))
        rows += [_row("exact", seed, "loss", x=one.update, value=one.loss) for one in updates]
        last = updates[-1]
        solved = last.right == len(PATTERNS)
        rows.append(_row("exact", seed, "solved", value=float(solved)))
        if solved and not shown:
            rows += traces(settings.exact, seed, last.weights)
            shown = True
        training = list(by_spikeprop(settings.spikeprop, seed))
        rows += [_row("SpikeProp", seed, "loss", x=update, value=loss) for update, loss, _ in training]
        rows.append(_row("SpikeProp", seed, "solved", value=float(training[-1][2] == len(PATTERNS))))
        context.advance(number, settings.seeds)
    return pd.DataFrame(rows)


def exact(settings: ExactSpikeTimes, seed: int) -> Iterator[Trained]:
    """Train on all four patterns at once; before every update."""
    z = inputs(settings)
    random = generator(seed, "temporal_xor")
    W1, W2 = random.standard_normal((settings.hidden, 2)), random.standard_normal((2, settings.hidden))
    for update in range(settings.epochs + 1):
        hidden = spike_times.fire(z, W1)
        out = spike_times.fire(hidden.z, W2)
        loss, error = spike_times.first_spike_loss(out.z, LABELS)
        right = int((decided(out.z) == LABELS).sum())
        yield Trained(update, loss, right, (W1, W2))
        dW2, dz = spike_times.backward(out, hidden.z, W2, error)
        dW1, _ = spike_times.backward(hidden, z, W1, dz)
        gradients = []
        for W, gradient in ((W1, dW1), (W2, dW2)):
            _, wish = spike_times.wish_to_fire(W, settings.wish_to_fire)
            gradients.append(limited(gradient + wish, settings.largest_gradient))
        W1, W2 = (W - settings.learning_rate * g for W, g in zip((W1, W2), gradients, strict=True))


def inputs(settings: ExactSpikeTimes) -> np.ndarray:
    """exp of the input spikes' times, (patterns, inputs)."""
    return np.exp(np.where(PATTERNS, settings.late, settings.early).astype(float))


def decided(z: np.ndarray) -> np.ndarray:
    """The output that fires first, -1 where none does or both at once."""
    first = z.argmin(axis=1)
    return np.where(np.isfinite(z.min(axis=1)) & (z[:, 0] != z[:, 1]), first, -1)


def limited(gradient: np.ndarray, largest: float) -> np.ndarray:
    """Rows whose norm is not above ``largest``."""
    norm = np.linalg.norm(gradient, axis=1, keepdims=True)
    return gradient * np.minimum(1, largest / np.maximum(norm, 1e-300))


def traces(settings: ExactSpikeTimes, seed: int, weights: tuple[np.ndarray, np.ndarray]) -> list[dict[str, Any]]:
    """Potentials and spikes of all neurons for every pattern; a neuron rests after its spike."""
    z, rows = inputs(settings), []
    time = np.arange(0, _SHOWN_UNTIL, _SHOWN_STEP)
    for name, W in zip("ho", weights, strict=True):
        spikes = spike_times.fire(z, W).z
        with np.errstate(divide="ignore"):
            arrivals, fired = np.log(z), np.log(spikes)
        s = time[:, None, None] - arrivals  # (times, patterns, inputs)
        U = np.where(s > 0, 1 - np.exp(-np.where(s > 0, s, 0)), 0) @ W.T
        U = np.where(time[:, None, None] > fired, 0, U)
        for pattern, unit in np.ndindex(fired.shape):
            known = {"pattern": pattern, "unit": f"{name}{unit}"}
            rows += [
                _row("exact", seed, "potential", **known, x=t, value=u)
                for t, u in zip(time, U[:, pattern, unit], strict=True)
            ]
            if np.isfinite(fired[pattern, unit]):
                rows.append(_row("exact", seed, "spike", **known, x=fired[pattern, unit], value=1.0))
        z = spikes
    return rows


def by_spikeprop(settings: SpikeProp, seed: int) -> Iterator[tuple[int, float, int]]:
    """(update, loss, patterns right) before every update; a third input, always early, gives the time its zero.

    Some neurons are inhibitory: all their weights are negative, all others' positive. Weights keep their sign.
    """
    random = generator(seed, "spikeprop")
    tau, until, step = settings.tau, settings.until, settings.step
    delays = np.arange(1.0, settings.delays + 1)
    times = np.where(PATTERNS, settings.late, 0.0)
    arrivals = spikeprop.delayed(np.concatenate([times, np.zeros((len(times), 1))], axis=1), delays)
    hidden, n = settings.hidden, len(delays)
    sign = np.where(np.arange(hidden) < settings.inhibitory, -1.0, 1.0)
    low, high = settings.least_weight, settings.largest_weight
    W1 = random.uniform(low, high, (hidden, arrivals.shape[1]))
    W2 = random.uniform(low, high, (1, hidden * n)) * sign.repeat(n)
    target = np.where(LABELS, settings.target_early, settings.target_late).astype(float)
    middle = (settings.target_early + settings.target_late) / 2
    for update in range(settings.epochs + 1):
        below = spikeprop.fire(arrivals, W1, tau, 1.0, until, step)
        arrivals2 = spikeprop.delayed(below.times, delays)
        out = spikeprop.fire(arrivals2, W2, tau, 1.0, until, step)
        time = out.times[:, 0]
        fired = np.isfinite(time)
        difference = np.where(fired, time, until) - target
        right = int((fired & ((time < middle) == LABELS.astype(bool))).sum())
        yield update, float(0.5 * np.square(difference).sum()), right
        dW2, darrivals = spikeprop.backward(out, arrivals2, W2, tau, difference[:, None])
        dtimes = darrivals.reshape(len(times), hidden, n).sum(axis=2)
        dW1, _ = spikeprop.backward(below, arrivals, W1, tau, dtimes)
        # The linear approximation fails where a potential just touches the threshold: steps are limited.
        W1 = np.maximum(W1 - settings.learning_rate * limited(dW1, settings.largest_gradient), 0)
        W2 = W2 - settings.learning_rate * limited(dW2, settings.largest_gradient)
        W2 = np.where(sign.repeat(n) < 0, np.minimum(W2, 0), np.maximum(W2, 0))


def _row(
    method: str, seed: int, quantity: str, pattern: int = -1, unit: str = "", x: float = 0.0, value: float = 0.0
) -> dict[str, Any]:
    return {
        "method": method,
        "seed": seed,
        "quantity": quantity,
        "pattern": pattern,
        "unit": unit,
        "x": x,
        "value": value,
    }
