"""What every vision source gives: recordings by index, with labels and the official test part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Recording(NamedTuple):
    """One event-camera recording; the four arrays have equal length and times never decrease."""

    x: np.ndarray  # (n,) uint8, column 0..33
    y: np.ndarray  # (n,) uint8, row 0..33
    polarity: np.ndarray  # (n,) uint8, 1 = ON (brighter), 0 = OFF
    time: np.ndarray  # (n,) uint32, microseconds since the start of the recording


@dataclass(frozen=True)
class RecordingSet:
    """A vision source. ``recording(i)`` reads or simulates sample i, the same each time."""

    name: str
    labels: np.ndarray  # (n,) uint8, class 0..9
    official_test: np.ndarray  # (n,) bool, True where the source itself assigns the sample to its test part
    recording: Callable[[int], Recording]
    notice: str  # what must be said wherever its numbers appear; empty for the full real data set
