"""One contender in a process of its own: ``python -m benchmarks.worker MODULE CASE OPTIONS``.

It prepares, warms up and answers requests, one JSON object a line on standard input and output; what libraries print
goes to standard error. Needs NumPy and the contender's library only.
"""

import importlib
import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.case import Case, load
from benchmarks.contender import Contender, Options

# Weights go back to the start after so many steps, so that firing rates, on which cost depends, stay those stated.
STEPS_FROM_START = 8


def main() -> None:
    """Serve requests until standard input ends."""
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    module, path, options = sys.argv[1:]
    case = load(path)
    contender = importlib.import_module(f"benchmarks.contenders.{module}").build(case, Options(**json.loads(options)))
    batches = [contender.prepare(batch) for batch in case.batches]

    def reply(value: dict[str, Any]) -> None:
        replies.write(json.dumps({**value, "peak_memory_mb": peak_memory_mb()}) + "\n")

    reply(warm_up(contender, batches))
    for line in sys.stdin:
        request = json.loads(line)
        if "steps" in request:
            # First some that do not count: after a wait memory and caches are cold, and threads of the contender
            # before (OpenMP's, XLA's) may still spin.
            timed_steps(contender, batches, math.ceil(request["steps"] / 3))
            reply({"seconds": timed_steps(contender, batches, request["steps"])})
        else:
            reply({"curve": learning_curve(contender, case, request["epochs"], request["seconds"])})


def warm_up(contender: Contender, batches: list[Any]) -> dict[str, Any]:
    """Compile, and take the losses of the first steps, the proof that contenders do the same work."""
    _, firing_rates = contender.evaluate(batches[0])
    losses = [float(contender.step(batch)) for batch in batches]
    contender.restore()
    seconds = timed_steps(contender, batches, STEPS_FROM_START)
    return {
        "firing_rates": firing_rates,
        "losses": losses,
        "seconds_per_step": seconds / STEPS_FROM_START,
        "versions": contender.versions,
        "differences": contender.differences,
    }


def timed_steps(contender: Contender, batches: list[Any], steps: int) -> float:
    """Seconds of so many training steps, each forward, loss, backward and Adam on the next batch in turn."""
    seconds = 0.0
    for done in range(0, steps, STEPS_FROM_START):
        contender.restore()
        begin = time.perf_counter()
        for number in range(done, min(done + STEPS_FROM_START, steps)):
            loss = contender.step(batches[number % len(batches)])
        float(loss)
        seconds += time.perf_counter() - begin
    return seconds


def learning_curve(contender: Contender, case: Case, epochs: int, seconds: float) -> list[dict[str, float]]:
    """Test accuracy after each epoch against seconds of training; preparing and evaluating are not counted.

    The order of batches is the same for all contenders. Incomplete batches are left out.
    """
    contender.restore()
    order, size = np.random.default_rng(0), case.batches.shape[1]
    curve, spent = [{"seconds": 0.0, "accuracy": accuracy(contender, case)}], 0.0
    while len(curve) <= epochs and spent < seconds:
        shuffled = order.permutation(case.training)
        for start in range(0, len(shuffled) - size + 1, size):
            batch = contender.prepare(shuffled[start : start + size])
            begin = time.perf_counter()
            float(contender.step(batch))
            spent += time.perf_counter() - begin
        curve.append({"seconds": spent, "accuracy": accuracy(contender, case)})
    return curve


def accuracy(contender: Contender, case: Case) -> float:
    """Share of test recordings whose readout, averaged over time, is largest for their class."""
    size, right = case.batches.shape[1], 0
    for start in range(0, len(case.test), size):
        # Some libraries compile for one batch size: the last batch is filled up with recordings counted before.
        indices = np.resize(case.test[start : start + size], size)
        readout, _ = contender.evaluate(contender.prepare(indices))
        counted = min(size, len(case.test) - start)
        right += int((readout.mean(axis=0).argmax(axis=-1) == case.labels[indices])[:counted].sum())
    return right / len(case.test)


def peak_memory_mb() -> float | None:
    """Largest resident memory of this process so far; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    peak = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak[0].split()[1]) / 1024 if peak else None


if __name__ == "__main__":
    main()
