"""Measuring side by side: one process per contender, turn and turn about, so that all meet the same machine.

A process whose turn it is not is stopped.
"""

import contextlib
import json
import math
import os
import select
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.environments import Unavailable

ROOT = Path(__file__).parent.parent
TURN_SECONDS = 1.0
START_SECONDS = 400.0  # a contender that needs longer to compile is left out
ANSWER_SECONDS = 200.0


class Worker:
    """A contender's process; ``ready`` is its first message, ``start_up`` the seconds until then."""

    def __init__(self, command: Sequence[object]) -> None:
        self._errors = tempfile.TemporaryFile(mode="w+", errors="replace")  # noqa: SIM115 (closed by stop)
        begin = time.perf_counter()
        self._process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=_environment(),
        )
        try:
            self.ready = self._answer(START_SECONDS)
        except BaseException:  # also an interrupt: the process must not stay behind
            self.stop()
            raise
        self.start_up = time.perf_counter() - begin

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and wait for the answer; raises Unavailable if the process fails."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Unavailable(self._last_words()) from None
        return self._answer(request.get("seconds", 0.0) + ANSWER_SECONDS)

    def hold(self) -> None:
        """Let the process stand still; libraries' threads spin for a while after their work."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Undo ``hold``."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _answer(self, seconds: float) -> dict[str, Any]:
        readable, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not readable:
            raise Unavailable(f"no answer within {seconds:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable(self._last_words())
        return json.loads(line)

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors if line.strip()]
        return f"crashed: {lines[-1] if lines else f'exit status {self._process.returncode}'}"


class Measured(NamedTuple):
    """What one contender showed."""

    rates: list[float]  # recordings per second of every round
    ready: dict[str, Any]  # the worker's first message
    start_up: float  # seconds, compilation included
    peak_memory_mb: float | None


@contextlib.contextmanager
def started(
    start: Mapping[Any, Callable[[], Worker]], say: Callable[[str], None]
) -> Iterator[tuple[dict[Any, Worker], dict[Any, str]]]:
    """Workers by name, started one after the other, and why the others could not be."""
    workers, skipped = {}, {}
    try:
        for name, begin in start.items():
            say(f"starting {name}")
            try:
                workers[name] = begin()
            except Unavailable as reason:
                skipped[name] = str(reason)
                say(f"skipped {name}: {reason}")
        yield workers, skipped
    finally:
        for worker in workers.values():
            worker.stop()


def side_by_side(
    start: Mapping[Any, Callable[[], Worker]],
    batch_size: int,
    rounds: int,
    say: Callable[[str], None],
) -> tuple[dict[Any, Measured], dict[Any, str]]:
    """Measure all contenders round robin; returns results, and reasons of those that dropped out."""
    with started(start, say) as (workers, skipped):
        for worker in workers.values():
            worker.hold()
        rates: dict[Any, list[float]] = {name: [] for name in workers}
        memory: dict[Any, float | None] = {}
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            for name, worker in workers.items():
                if name in skipped:
                    continue
                steps = math.ceil(TURN_SECONDS / worker.ready["seconds_per_step"])
                worker.go_on()
                try:
                    answer = worker.ask(steps=steps)
                except Unavailable as reason:
                    skipped[name] = str(reason)
                    say(f"dropped {name}: {reason}")
                    continue
                worker.hold()
                rates[name].append(batch_size * steps / answer["seconds"])
                memory[name] = answer["peak_memory_mb"]
        measured = {
            name: Measured(rates[name], worker.ready, worker.start_up, memory[name])
            for name, worker in workers.items()
            if name not in skipped
        }
    return measured, skipped


def _environment() -> dict[str, str]:
    """Processors only, also where there is a graphics card; compiled code is kept for the next run."""
    compiled = str(Path(__file__).parent / ".environments" / "compiled")
    return {**os.environ, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "TORCHINDUCTOR_CACHE_DIR": compiled}


def ratios(rates: Mapping[Any, Sequence[float]], peers: Sequence[Any]) -> dict[Any, float]:
    """Median over rounds of each contender's speed relative to the peer of the highest median; empty without peers."""
    present = [name for name in peers if name in rates]
    if not present:
        return {}
    fastest = max(present, key=lambda name: statistics.median(rates[name]))
    return {
        name: statistics.median(own / peer for own, peer in zip(values, rates[fastest], strict=True))
        for name, values in rates.items()
    }


def equal_losses(losses: Sequence[float], reference: Sequence[float]) -> bool:
    """Whether the losses of the first steps agree within float32 rounding."""
    return all(math.isclose(own, other, rel_tol=1e-3) for own, other in zip(losses, reference, strict=True))
