"""From event recordings to binned, packed events."""

from collections.abc import Iterable

import numpy as np

from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import HEIGHT, WIDTH


def unit_ids(recording: Recording, sensor: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    """Input unit of every event on a sensor (height, width): (polarity * height + y) * width + x, (n,) uint16."""
    height, width = sensor
    row = recording.polarity.astype(np.uint16) * height + recording.y.astype(np.uint16)
    return row * np.uint16(width) + recording.x.astype(np.uint16)


def bin_recording(
    recording: Recording, steps: int, duration_ms: float, counts: bool, sensor: tuple[int, int] = (HEIGHT, WIDTH)
) -> tuple[np.ndarray, np.ndarray]:
    """See ``bin_units``."""
    units = 2 * sensor[0] * sensor[1]
    return bin_units(unit_ids(recording, sensor), recording.time, units, steps, duration_ms, counts)


def bin_units(
    unit: np.ndarray, time: np.ndarray, units: int, steps: int, duration_ms: float, counts: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Units sorted by step, (events,) uint16, and the number of events in each step, (steps,) int64.

    ``unit``, ``time``: of every event, below ``units``, and in microseconds since the start. The recording is cut into
    ``steps`` equal bins of ``duration_ms``; the tail after it is left out. With ``counts`` a unit that has k events in
    a bin is listed k times, else once.
    """
    step = time.astype(np.int64) * steps // round(duration_ms * 1000)
    keys = (step * units + unit)[step < steps]
    keys = np.sort(keys) if counts else np.unique(keys)
    step, unit = np.divmod(keys, units)
    return unit.astype(np.uint16), np.bincount(step, minlength=steps)


def pack(
    recordings: Iterable[Recording],
    steps: int,
    duration_ms: float,
    counts: bool,
    sensor: tuple[int, int] = (HEIGHT, WIDTH),
) -> tuple[np.ndarray, np.ndarray]:
    """Packed events of many recordings: units (events,) uint16 and offsets (samples * steps + 1,) int64."""
    return packed(bin_recording(recording, steps, duration_ms, counts, sensor) for recording in recordings)


def packed(binned: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """The same of recordings that ``bin_units`` has binned."""
    binned = list(binned)
    units = np.concatenate([unit for unit, _ in binned])
    offsets = np.concatenate([[0], np.cumsum(np.concatenate([count for _, count in binned]))])
    return units, offsets.astype(np.int64)
