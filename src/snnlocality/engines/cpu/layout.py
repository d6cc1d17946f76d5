"""How arrays lie in memory for the kernels (``kernels.c``, "Layout"), and how NumPy sees the same arrays."""

import ctypes
import weakref
from typing import NamedTuple

import numpy as np

from snnlocality.engines.cpu.kernels import Strided, Work
from snnlocality.engines.cpu.memory import ALIGNMENT, Memory

# Results depend on these two, on the number of threads they do not.
CHUNK = 8  # samples worked on together
PARTS = 2  # of a batch, with gradient sums of their own: one for each processor of the smallest usual machine


class Placed(NamedTuple):
    """A weight matrix in the kernels' layout: transposed, its rows padded; ``array`` is the view people see."""

    array: np.ndarray  # (units above, units below)
    table: np.ndarray  # (units below, width)


# The arrays in the kernels' layout; their padding is zero once something has been written to them.
_PLACED: "weakref.WeakValueDictionary[int, np.ndarray]" = weakref.WeakValueDictionary()


def placed(shape: tuple[int, ...], dtype: np.dtype, memory: Memory, sums: int = 1) -> Placed:
    """A matrix of unknown content, (units above, units below), of which all padding must yet be cleared.

    Behind it there is room for as many more as make it ``sums`` in all.
    """
    above, below = shape
    table = memory.array((sums, below, _width(above, dtype)), dtype)[0]
    result = Placed(table[:, :above].T, table)
    _PLACED[id(result.array)] = result.array
    return result


def placed_copy(array: np.ndarray, dtype: np.dtype) -> Placed:
    """A copy of a matrix (units above, units below)."""
    result = placed(array.shape, dtype, Memory())
    result.table[:] = 0
    result.array[:] = array
    return result


def stepped(table: np.ndarray, units: int) -> np.ndarray:
    """What people see of rows (steps, samples, width): the units alone. Given to the engine, it is not copied."""
    result = table[..., :units]
    _PLACED[id(result)] = result
    return result


def by_step(array: np.ndarray, width: int, dtype: np.dtype) -> np.ndarray:
    """An array (steps, samples, units) as rows of such a width; no copy if it is one that ``stepped`` gave.

    What is the same at all steps, with a stride of zero, stays so.
    """
    if is_placed(array) and array.dtype == dtype:
        return np.lib.stride_tricks.as_strided(array, (*array.shape[:-1], width))
    own = array[:1] if array.strides[0] == 0 else array
    result = np.zeros((*own.shape[:-1], width), dtype)
    result[..., : own.shape[-1]] = own
    return np.broadcast_to(result, (*array.shape[:-1], width))


def is_placed(array: np.ndarray) -> bool:
    """Whether an array lies in memory as the kernels read it."""
    return _PLACED.get(id(array)) is array


def transposed(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """A matrix as ``add_rows`` reads it, (units below, width); no copy if it was placed so."""
    if is_placed(array) and array.dtype == dtype:
        below, width = array.shape[1], array.strides[1] // dtype.itemsize
        return np.lib.stride_tricks.as_strided(array.T, (below, width))
    return placed_copy(array, dtype).table


def padded(matrix: np.ndarray, width: int, dtype: np.dtype) -> np.ndarray:
    """A matrix as ``multiply`` reads it, not transposed: (rows, width)."""
    result = np.zeros((len(matrix), width), dtype)
    result[:, : matrix.shape[1]] = matrix
    return result


def by_class(classes: int, steps: int, samples: int, dtype: np.dtype, memory: Memory) -> np.ndarray:
    """An array (steps, samples, classes) with the classes outermost in memory: a loss then runs along samples."""
    return memory.array((classes, steps, samples), dtype).transpose(1, 2, 0)


def chunk_count(samples: int) -> int:
    """Number of chunks of a batch, the last of which may be smaller."""
    return -(-samples // CHUNK)


def part_count(samples: int) -> int:
    """Number of parts of a batch."""
    return min(PARTS, chunk_count(samples))


def chunks(work: Work) -> list[slice]:
    """Rows of every chunk."""
    firsts = range(0, work.samples, CHUNK)
    return [slice(first * work.steps, min(first + CHUNK, work.samples) * work.steps) for first in firsts]


def to_rows(dense: np.ndarray, rows: np.ndarray, work: Work) -> None:
    """Write (steps, samples, units) into the kernels' rows (rows, width), what is left of the width as zeros."""
    units = dense.shape[2]
    rows[:, units:] = 0
    for number, chunk in enumerate(chunks(work)):
        own = dense[:, number * CHUNK : (number + 1) * CHUNK]
        rows[chunk].reshape(*own.shape[:2], -1)[..., :units] = own


def from_rows(rows: np.ndarray, work: Work) -> np.ndarray:
    """The kernels' rows (rows, units) as (steps, samples, units)."""
    return np.concatenate([rows[chunk].reshape(work.steps, -1, rows.shape[1]) for chunk in chunks(work)], axis=1)


def address(array: np.ndarray) -> int:
    """Of the first number, for a field of a structure."""
    first: int = array.__array_interface__["data"][0]  # array.ctypes.data is three times slower
    return first


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    """The same, for an argument."""
    return ctypes.c_void_p(address(array))


def strided(array: np.ndarray) -> Strided:
    """An array (steps, samples, classes) of any layout."""
    step, sample, class_ = (stride // array.itemsize for stride in array.strides)
    return Strided(array.ctypes.data, step, sample, class_)


def _width(units: int, dtype: np.dtype) -> int:
    lanes = ALIGNMENT // dtype.itemsize
    return -(-units // lanes) * lanes
