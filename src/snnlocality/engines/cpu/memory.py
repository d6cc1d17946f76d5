"""Working memory of the CPU engine: aligned to cache lines, and used again from batch to batch."""

import math
import sys
from bisect import bisect_left

import numpy as np

ALIGNMENT = 64  # bytes: a row of the kernels starts at a cache line and fills whole vectors


class Memory:
    """Hands out arrays, and their memory again once nobody refers to them any more.

    Fresh pages from the system cost more than some kernels. An array handed out is an ordinary one: it, or any
    view of it, may be kept as long as one likes.
    """

    def __init__(self) -> None:
        self._pieces: list[np.ndarray] = []  # bytes, by size; all that were ever handed out
        self._starts: list[int] = []  # where in each piece a cache line starts

    def array(self, shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> np.ndarray:
        """An array of unknown content that starts at a cache line."""
        number = self._piece(math.prod(shape) * np.dtype(dtype).itemsize + ALIGNMENT)
        return np.ndarray(shape, dtype, self._pieces[number], self._starts[number])

    def _piece(self, size: int) -> int:
        """The number of an unused piece of this size."""
        first = bisect_left(self._pieces, size, key=len)
        for number in range(first, len(self._pieces)):
            if len(self._pieces[number]) > 4 * size:
                break  # better kept for a larger array
            # Every view of a piece refers to the piece itself; here the list and the call are the only ones.
            if sys.getrefcount(self._pieces[number]) == _UNUSED:
                return number
        self._pieces.insert(first, np.empty(size, np.uint8))
        self._starts.insert(first, -self._pieces[first].ctypes.data % ALIGNMENT)
        return first


_PROBE = [np.empty(0)]
_UNUSED = sys.getrefcount(_PROBE[0])  # of what only a list refers to
