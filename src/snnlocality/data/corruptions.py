"""Corruptions of event recordings that nobody chooses for a network: more events, fewer, or at other times."""

from collections.abc import Callable

import numpy as np

from snnlocality.data.inputs import Events

# Of each event its sample and its place in (steps, inputs), row after row.
Listed = tuple[np.ndarray, np.ndarray]


def corrupted(events: Events, how: str, amount: float, step_ms: float, random: np.random.Generator) -> Events:
    """The events of a batch with an ``amount`` of the corruption that is called ``how``; see ``CORRUPTIONS``.

    An input that is active once at a step at most, as in recordings without counts, is so afterwards.
    """
    before = _listed(events)
    once = bool(_first(_in_order(events, before)).all())
    flat = _in_order(events, CORRUPTIONS[how](events, before, amount, step_ms, random))
    return _packed(events, flat[_first(flat)] if once else flat)


def added(events: Events, listed: Listed, share: float, step_ms: float, random: np.random.Generator) -> Listed:
    """Events of any input at any step, as many as a ``share`` of the recording's own."""
    sample, place = listed
    own = np.bincount(sample, minlength=events.samples)
    more = np.repeat(np.arange(events.samples), np.rint(share * own).astype(int))
    anywhere = random.integers(events.steps * events.inputs, size=len(more))
    return np.concatenate([sample, more]), np.concatenate([place, anywhere])


def missing(events: Events, listed: Listed, share: float, step_ms: float, random: np.random.Generator) -> Listed:
    """Each event is lost with probability ``share``."""
    kept = random.random(len(listed[0])) >= share
    return listed[0][kept], listed[1][kept]


def jitter_ms(events: Events, listed: Listed, deviation: float, step_ms: float, random: np.random.Generator) -> Listed:
    """Each event moves in time by a normal amount of this standard deviation, and stays in the recording.

    It was anywhere in its step.
    """
    sample, place = listed
    step, unit = np.divmod(place, events.inputs)
    moved = step + random.random(len(step)) + random.normal(0, deviation / step_ms, len(step))
    return sample, np.clip(np.floor(moved).astype(np.int64), 0, events.steps - 1) * events.inputs + unit


CORRUPTIONS: dict[str, Callable[[Events, Listed, float, float, np.random.Generator], Listed]] = {
    "added": added,
    "missing": missing,
    "jitter_ms": jitter_ms,
}


def _listed(events: Events) -> Listed:
    T, samples, places = events.steps, [], []
    for sample, recording in enumerate(events.index):
        offsets = events.offsets[recording * T : (recording + 1) * T + 1]
        rows = np.repeat(np.arange(T) * events.inputs, np.diff(offsets))
        places.append(rows + events.units[offsets[0] : offsets[-1]])
        samples.append(np.full(len(places[-1]), sample))
    return np.concatenate(samples), np.concatenate(places)


def _in_order(events: Events, listed: Listed) -> np.ndarray:
    """Places in (samples, steps, inputs), row after row."""
    sample, place = listed
    return np.sort(sample * (events.steps * events.inputs) + place)


def _first(flat: np.ndarray) -> np.ndarray:
    """Which are not the same as the one before."""
    return np.diff(flat, prepend=-1) > 0


def _packed(events: Events, flat: np.ndarray) -> Events:
    counts = np.bincount(flat // events.inputs, minlength=events.samples * events.steps)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    units = (flat % events.inputs).astype(events.units.dtype)
    return Events(units, offsets, np.arange(events.samples), events.steps, events.inputs)
