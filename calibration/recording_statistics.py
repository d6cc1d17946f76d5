"""Statistics of event-camera recordings, by which a simulated camera is compared with the real one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import HEIGHT, UNITS, WIDTH

PROFILE_MS = 5.0
PROFILE_BINS = 63  # up to 315 ms, where the last real recording ends
SACCADE_EDGES_MS = (0.0, 102.0, 218.0, 330.0)  # the quiet moments between the three saccades
INTERVAL_MS = 0.5
INTERVAL_BINS = 40


@dataclass(frozen=True)
class Statistics:
    """What a set of n recordings looks like; means are over recordings."""

    events: np.ndarray  # (n,) events of each recording
    class_events: np.ndarray  # (10,) mean events of the recordings of each class
    on_share: float  # share of ON events
    duration_ms: float  # mean time of the last event, ms
    profile: np.ndarray  # (2, 63) mean OFF and ON events in each 5 ms
    peaks_ms: np.ndarray  # (3,) time of the busiest 20 ms of each saccade (its middle), ms
    single_1ms: float  # share of the non-empty (input unit, 1 ms) bins that hold one event
    single_10ms: float  # the same at 10 ms
    same_intervals: np.ndarray  # (40,) mean number of intervals between events of a pixel, equal polarity, by 0.5 ms
    opposite_intervals: np.ndarray  # (40,) the same where the polarity changes
    tail_share: float  # share of events after 300 ms
    tail_files: float  # share of recordings with an event after 300 ms


def statistics(recordings: Sequence[Recording], labels: np.ndarray) -> Statistics:
    """Statistics of recordings with classes ``labels`` (n,), every class present."""
    events = np.array([r.time.size for r in recordings])
    on = np.array([int(r.polarity.sum()) for r in recordings])
    after = np.array([int((r.time >= 300_000).sum()) for r in recordings])
    profile = np.mean([_profile(r) for r in recordings], axis=0)
    intervals = np.mean([_intervals(r) for r in recordings], axis=0)
    singles = np.array([[_bins_with_one(r, width) for width in (1000, 10_000)] for r in recordings])
    shares = singles[:, :, 0].sum(axis=0) / singles[:, :, 1].sum(axis=0)
    return Statistics(
        events=events,
        class_events=np.array([events[labels == digit].mean() for digit in range(10)]),
        on_share=on.sum() / events.sum(),
        duration_ms=float(np.mean([r.time[-1] for r in recordings])) / 1e3,
        profile=profile,
        peaks_ms=_peaks(profile.sum(axis=0)),
        single_1ms=float(shares[0]),
        single_10ms=float(shares[1]),
        same_intervals=intervals[0],
        opposite_intervals=intervals[1],
        tail_share=after.sum() / events.sum(),
        tail_files=float((after > 0).mean()),
    )


def event_maps(recording: Recording, width_ms: float, bins: int) -> np.ndarray:
    """(bins, 2, 34, 34) float32 events in each time bin, polarity (OFF, ON) and pixel; later events are left
    out."""
    step = (recording.time // np.uint32(width_ms * 1e3)).astype(np.int64)
    unit = _unit(recording)
    inside = step < bins
    flat = np.bincount(step[inside] * UNITS + unit[inside], minlength=bins * UNITS)
    return flat.reshape(bins, 2, HEIGHT, WIDTH).astype(np.float32)


def saccade_images(recording: Recording) -> np.ndarray:
    """(3, 2, 34, 34) float64 events of each saccade, polarity (OFF, ON) and pixel."""
    saccade = np.searchsorted(SACCADE_EDGES_MS[1:-1], recording.time / 1e3, side="right")
    flat = np.bincount(saccade * UNITS + _unit(recording), minlength=3 * UNITS)
    return flat.reshape(3, 2, HEIGHT, WIDTH).astype(np.float64)


def image_correlation(one: Sequence[Recording], other: Sequence[Recording]) -> np.ndarray:
    """(3,) mean over pairs of recordings of the correlation of their event images in each saccade."""
    values = []
    for a, b in zip(one, other, strict=True):
        pairs = zip(saccade_images(a), saccade_images(b), strict=True)
        values.append([np.corrcoef(left.ravel(), right.ravel())[0, 1] for left, right in pairs])
    return np.nanmean(values, axis=0)


def _unit(recording: Recording) -> np.ndarray:
    return (recording.polarity.astype(np.int64) * HEIGHT + recording.y) * WIDTH + recording.x


def _profile(recording: Recording) -> np.ndarray:
    return event_maps(recording, PROFILE_MS, PROFILE_BINS).sum(axis=(2, 3)).T


def _peaks(profile: np.ndarray) -> np.ndarray:
    width = 4
    busy = np.convolve(profile, np.ones(width), mode="valid")
    middle = (np.arange(busy.size) + width / 2) * PROFILE_MS
    peaks = []
    for start, end in pairwise(SACCADE_EDGES_MS):
        inside = (middle >= start) & (middle < end)
        peaks.append(middle[inside][np.argmax(busy[inside])])
    return np.array(peaks)


def _bins_with_one(recording: Recording, width_us: int) -> tuple[int, int]:
    """(number of (unit, bin) pairs with exactly one event, number with any)."""
    counts = np.unique(_unit(recording) * 1024 + recording.time // width_us, return_counts=True)[1]
    return int((counts == 1).sum()), counts.size


def _intervals(recording: Recording) -> np.ndarray:
    """(2, 40) intervals between consecutive events of a pixel up to 20 ms: equal polarity, opposite
    polarity."""
    pixel = recording.y.astype(np.int64) * WIDTH + recording.x
    order = np.lexsort((recording.time, pixel))
    interval = np.diff(recording.time[order].astype(np.int64)) / (INTERVAL_MS * 1e3)
    usable = (np.diff(pixel[order]) == 0) & (interval < INTERVAL_BINS)
    same = np.diff(recording.polarity[order].astype(np.int64)) == 0
    bins = interval.astype(np.int64)
    return np.stack([np.bincount(bins[usable & kind], minlength=INTERVAL_BINS) for kind in (same, ~same)]).astype(
        np.float64
    )
