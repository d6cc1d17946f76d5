"""What every source of recordings gives: recordings by index, with labels and the official test part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from snnlocality.data.vision.sensor import HEIGHT, WIDTH


class Recording(NamedTuple):
    """One event-camera recording; the four arrays have equal length and times never decrease."""

    x: np.ndarray  # (n,) uint8, column
    y: np.ndarray  # (n,) uint8, row
    polarity: np.ndarray  # (n,) uint8, 1 = ON (brighter), 0 = OFF
    time: np.ndarray  # (n,) uint32, microseconds since the start of the recording


@dataclass(frozen=True)
class RecordingSet:
    """A source of recordings. ``recording(i)`` reads or simulates sample i, the same each time."""

    name: str
    labels: np.ndarray  # (n,) uint8, classes 0, 1, ...
    official_test: np.ndarray  # (n,) bool, True where the source itself assigns the sample to its test part
    recording: Callable[[int], Recording]
    notice: str  # what must be said wherever its numbers appear; empty for the full real data set
    classes: int = 10
    sensor: tuple[int, int] = (HEIGHT, WIDTH)

    @property
    def units(self) -> int:
        """Number of input units, of two polarities."""
        return 2 * self.sensor[0] * self.sensor[1]
