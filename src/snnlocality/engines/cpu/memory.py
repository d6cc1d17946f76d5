"""Working memory of the CPU engine: aligned to cache lines, and used again from batch to batch."""

import math
import sys
from bisect import bisect_left, insort

import numpy as np

ALIGNMENT = 64  # bytes: a row of the kernels starts at a cache line and fills whole vectors


class Memory:
    """Hands out arrays, and their memory again once nobody refers to them any more.

    Fresh pages from the system cost more than some kernels. An array handed out is an ordinary one: it, or any
    view of it, may be kept as long as one likes.
    """

    def __init__(self) -> None:
        self._pieces: list[np.ndarray] = []  # bytes, by size; all that were ever handed out

    def array(self, shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> np.ndarray:
        """An array of unknown content that starts at a cache line."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        piece = self._piece(size + ALIGNMENT)
        start = -piece.ctypes.data % ALIGNMENT
        return piece[start : start + size].view(dtype).reshape(shape)

    def _piece(self, size: int) -> np.ndarray:
        for number in range(bisect_left(self._pieces, size, key=len), len(self._pieces)):
            if len(self._pieces[number]) > 4 * size:
                break  # better kept for a larger array
            # Every view of a piece refers to the piece itself; here the list and the call are the only ones.
            if sys.getrefcount(self._pieces[number]) == _UNUSED:
                return self._pieces[number]
        piece = np.empty(size, np.uint8)
        insort(self._pieces, piece, key=len)
        return piece


_PROBE = [np.empty(0)]
_UNUSED = sys.getrefcount(_PROBE[0])  # of what only a list refers to
