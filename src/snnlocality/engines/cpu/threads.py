"""The kernels' tasks on several threads (``threads.c``)."""

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path

from snnlocality.engines.cpu.compiler import library

MAX_THREADS = 256
_SOURCE = Path(__file__).with_name("threads.c")


def in_parallel(task: Callable[..., object], work: ctypes.Structure, threads: int) -> None:
    """Call the compiled ``task(work, worker, workers)`` once for every worker, each on a thread of its own.

    ``threads`` is at most MAX_THREADS.
    """
    if threads == 1:
        task(ctypes.byref(work), ctypes.c_int64(0), ctypes.c_int64(1))
    else:
        _library().in_parallel(task, ctypes.byref(work), ctypes.c_int64(threads))


@cache
def _library() -> ctypes.CDLL:
    return library(_SOURCE)
