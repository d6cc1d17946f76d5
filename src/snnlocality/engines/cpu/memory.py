"""Working memory of the CPU engine: aligned to cache lines, and used again from batch to batch."""

import math
from bisect import bisect_left, insort
from collections.abc import Iterable

import numpy as np

ALIGNMENT = 64  # bytes: a row of the kernels starts at a cache line and fills whole vectors


class Memory:
    """Working memory that is used again: to get fresh pages from the system costs more than some kernels."""

    def __init__(self) -> None:
        self._free: list[np.ndarray] = []  # bytes, by size

    def take(self, size: int) -> np.ndarray:
        """At least so many bytes of unknown content, from a cache line on."""
        found = bisect_left(self._free, size, key=len)
        # Not one so large that a bigger array will miss it.
        if found < len(self._free) and len(self._free[found]) <= 4 * size:
            return self._free.pop(found)
        return aligned(size)

    def give(self, pieces: Iterable[np.ndarray]) -> None:
        """Take pieces back that nobody uses any more."""
        for piece in pieces:
            insort(self._free, piece, key=len)


class Arrays(dict[str, np.ndarray]):
    """Named working arrays in the engine's memory, which gets it back with ``release``."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory, self._pieces = memory, []

    def add(self, name: str, shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> int:
        """A new array of unknown content; returns its address."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        piece = self._memory.take(size)
        self._pieces.append(piece)
        self[name] = piece[:size].view(dtype).reshape(shape)
        return piece.ctypes.data

    def release(self) -> None:
        """No array of this group may be used any more."""
        self._memory.give(self._pieces)
        self._pieces = []
        self.clear()


def aligned(size: int) -> np.ndarray:
    """So many bytes, from a cache line on."""
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size]
