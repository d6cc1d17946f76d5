"""The machine's ceilings, and the share of them that the CPU engine reaches.

Training an event-driven network is, beside what is small, three things: sums of listed rows (input events into
drives, steps into gradients), dense products (errors on their way down, credit through recurrence), and rows that
cannot be avoided for spikes. A core's rates at these alone give a floor for the time of a recording.
"""

import ctypes
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from snnlocality.engines.cpu.layout import CHUNK
from snnlocality.engines.cpu.memory import Memory

_SOURCE = Path(__file__).with_name("ceilings.c")
_ROW = 128
_LISTED = 1_000_000


def measure() -> dict[str, float]:
    """Rates of one core: listed rows per second by size of the table, multiply-adds per second."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "ceilings.so"
        subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", "-O3", "-mcpu=native", "-shared", "-fPIC", _SOURCE, "-o", library],
            check=True,
            capture_output=True,
        )
        return _rates(ctypes.CDLL(str(library)))


def _rates(library: ctypes.CDLL) -> dict[str, float]:
    memory = Memory()
    out = memory.array((_ROW,), np.float32)
    out[:] = 0
    times = 1_000_000
    rates = {
        "multiply_adds_per_s": 24 * 16 * times / _seconds(lambda: library.multiply_add(ctypes.c_int64(times), _at(out)))
    }
    # The input weights; lambda_I of a chunk of 100 steps; a layer's own weights.
    for name, rows in (("input_weights", 2312), ("chunk", 100 * CHUNK), ("hidden_weights", 120)):
        table = memory.array((rows, _ROW), np.float32)
        table[:] = 0
        listed = np.random.default_rng(0).integers(0, rows, _LISTED).astype(np.uint16)
        arguments = (ctypes.c_int64(_LISTED), _at(listed), _at(table), _at(out))
        gathered = _seconds(partial(library.gather, *arguments))
        scattered = _seconds(partial(library.scatter, *arguments))
        rates[f"gather_{name}_per_s"] = _LISTED / gathered
        rates[f"scatter_{name}_per_s"] = _LISTED / scattered
    return rates


def shares(rates: Mapping[str, float], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For BPTT on the case: the floor in microseconds of a core per recording, and the share of it that is reached."""
    case, result = found["case"], []
    for row in _own(found["table"]):
        recurrent = row["architecture"] == "rec"
        one, two = (case["steps"] * units * rate for units, rate in zip((120, 84), row["firing_rates"], strict=True))
        products = case["steps"] * (84 * 128 + 10 * 96 + recurrent * (120 * 128 + 84 * 96))
        # A spike of layer 1 costs a row of W_2 and of its gradient, 96 numbers with padding; with recurrence every
        # spike costs a row of V and of its gradient too. Counted as rows of 128.
        spikes = 2 * one * 96 / 128 + recurrent * 2 * (one + two * 96 / 128)
        floor = (
            case["events_per_recording"] / rates["gather_input_weights_per_s"]
            + case["events_per_recording"] / rates["gather_chunk_per_s"]
            + spikes / rates["gather_hidden_weights_per_s"]
            + products / rates["multiply_adds_per_s"]
        )
        at_best = found["threads"] / floor
        result.append(
            {
                "architecture": row["architecture"],
                "floor_us": 1e6 * floor,
                "at_best_per_second": at_best,
                "share": row["recordings_per_second"] / at_best,
            }
        )
    return result


def _own(table: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in table if row["engine"] == "cpu" and row["rule"] == "bptt" and "skipped" not in row]


def _seconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def _at(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
