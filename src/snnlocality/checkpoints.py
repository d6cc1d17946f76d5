"""Checkpoints: where a training stands, kept so that one that is interrupted goes on to the same bits.

They lie below ``.checkpoints/``, at the relative place of the step's outputs: neither Snakemake, which deletes the
outputs of a failed job, nor DVC nor the audit knows them. The last two are kept; one that is damaged, or belongs to
other settings, code, inputs or another engine, is never used. A lock lets one process at a time train a run.

They stay after the end of the training, until its results are gathered (``discard_behind``): where one job of a group
failed, Snakemake throws away the results of the others too, and these then end again at once.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from snnlocality import paths, progress
from snnlocality.engines.interface import Engine
from snnlocality.errors import Interrupted, UserError
from snnlocality.learning.training import Epoch, State, Sums
from snnlocality.provenance import run_cache
from snnlocality.provenance.records import Execution
from snnlocality.storage import remove_leftovers, settle
from snnlocality.study.step import Job
from snnlocality.tensors import read_tensors, write_tensors

# Seconds of training between two checkpoints, which is what a kill can cost. Without it: ten, but so many that no more
# than a fiftieth of the time goes into checkpoints.
VARIABLE = "SNNLOCALITY_CHECKPOINT_SECONDS"
_SECONDS, _SHARE = 10.0, 0.02
_KEPT = 2
_PATIENCE = 120.0  # seconds until a run that another process trains is left alone: a dying one is gone by then

# Of a person or Snakemake (TERM, INT), of Slurm before its time limit (USR1, if asked for).
_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class Checkpoints(NamedTuple):
    """The checkpoints of one step, which this process has locked."""

    job: Job
    folder: Path

    def of(self, execution: Execution, engine: Engine, name: str = "") -> "TrainingKeeper":
        """What keeps one training of the step; ``name`` tells several apart."""
        key = f"{run_cache.key(self.job, execution.inputs)} {engine.name} {name}"
        return TrainingKeeper(self.folder / name, key, execution.circumstances)


@contextmanager
def locked(job: Job, patience: float = _PATIENCE) -> Iterator[Checkpoints]:
    """Be the only process that trains this run.

    Waits ``patience`` seconds for another one, then raises UserError naming it. The lock is the kernel's (``flock``),
    on network file systems the server's: it goes with the process, however that ends. Where there are no locks, or
    nothing can be written, there is none; two processes then do the work twice, as all they write is whole and equal.
    """
    folder = paths.checkpoints(job.output, job.name)
    try:
        lock = _lock(folder, job, patience)
    except OSError as error:
        progress.say(f"{folder} cannot be locked ({error.strerror}); do not train this run twice at a time.")
        yield Checkpoints(job, folder)
        return
    with lock:
        yield Checkpoints(job, folder)
        if not any(folder.rglob("*.safetensors")):  # it did not take long
            discard(job)


def discard(job: Job) -> None:
    """Remove the checkpoints of a step that is done."""
    _remove(paths.checkpoints(job.output, job.name))


def discard_behind(job: Job) -> None:
    """Remove the checkpoints of the steps that made a step's inputs."""
    for path in job.input_paths:
        for lock in paths.checkpoints(path, "").glob("*/lock"):
            _remove(lock.parent)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # not empty
        for parent in folder.parents[:-1]:
            parent.rmdir()


def _lock(folder: Path, job: Job, patience: float) -> BinaryIO:
    path, deadline, told = folder / "lock", time.monotonic() + patience, False
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            stream = open(path, "a+b", buffering=0)  # noqa: SIM115 - the caller closes it
        except FileNotFoundError:  # removed by another process that was done
            continue
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                with suppress(OSError):  # a full disk; it is only for people
                    stream.truncate(0)
                    stream.write(_this_process().encode())
                return stream
            stream.close()  # of a file that is gone
        except BlockingIOError:
            owner = _owner(stream)
            stream.close()
            if time.monotonic() > deadline:
                raise UserError(
                    f"{job.output.parent} is being trained by {owner}; wait until it is done, or end it."
                ) from None
            if not told:
                progress.say(f"{job.output.parent} is being trained by {owner}; waiting {patience:.0f} s for it.")
                told = True
            time.sleep(0.2)
        except OSError:
            stream.close()
            raise


def _owner(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read(1000).decode(errors="replace") or "another process"


def _this_process() -> str:
    job = os.environ.get("SLURM_JOB_ID")
    return f"process {os.getpid()} on {platform.node()}" + (f" (Slurm job {job})" if job else "")


class TrainingKeeper:
    """Saves the state of one training now and then, and brings it back; see ``learning.training.Keeper``."""

    def __init__(self, folder: Path, key: str, circumstances: dict[str, Any]) -> None:
        self._folder, self._key, self._circumstances = folder, key, circumstances
        self._signal: int | None = None
        self._chosen = _chosen_pause()
        self._pause = _SECONDS if self._chosen is None else self._chosen
        self._last = time.monotonic()

    @contextmanager
    def resumed(self, state: State) -> Iterator[None]:
        """See ``learning.training.Keeper``; while the context lasts, signals let ``keep`` save and stop."""
        self._restore(state)
        self._last = time.monotonic()
        before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def keep(self, state: State) -> None:
        """Save the state if it is time; raises Interrupted after a signal."""
        # By a clock that nobody sets: a jump of the computer's time changes nothing.
        if self._signal is None and time.monotonic() - self._last < self._pause:
            return
        saved = self._save(state)
        if self._signal is not None:
            name = signal.Signals(self._signal).name
            raise Interrupted(
                f"Interrupted by {name} after {state.adam.steps} batches"
                + ("; the same command goes on from there." if saved else "; the same command goes on before that."),
                self._signal,
            )

    def _note(self, number: int, frame: object) -> None:
        self._signal = number
        for each in _SIGNALS:  # whoever asks again does not want to wait
            signal.signal(each, signal.SIG_DFL)

    def _save(self, state: State) -> bool:
        started = time.monotonic()
        path = self._folder / f"{state.adam.steps:012d}.safetensors"
        facts = {"steps": state.adam.steps, "sums": state.sums, "curve": state.curve}
        arrays = _arrays(state) | {f"best {name}": array for name, array in state.best.items()}
        arrays |= {
            f"milestone {number} {name}": array
            for number, weights in state.milestones.items()
            for name, array in weights.items()
        }
        metadata = {"key": self._key, "facts": json.dumps(facts)}
        try:
            write_tensors(path, arrays, metadata | {"digest": _digest(arrays, metadata)})
            settle(path)
            for old in self._found()[_KEPT:]:
                old.unlink(missing_ok=True)
        except (UserError, OSError) as error:
            progress.say(f"No checkpoint after {state.adam.steps} batches: {error}")
            return False
        finally:
            self._last = time.monotonic()
            if self._chosen is None:
                self._pause = max(_SECONDS, (self._last - started) / _SHARE)
        return True

    def _restore(self, state: State) -> None:
        remove_leftovers(self._folder / "*")
        for path in self._found():
            try:
                arrays, metadata = read_tensors(path)
                if metadata.get("digest") != _digest(arrays, {name: metadata.get(name) for name in ("key", "facts")}):
                    raise UserError(f"{path} is damaged.")
            except UserError as error:
                progress.say(f"A checkpoint is left out, the one before it is taken: {error}")
                arrays, metadata = {}, {}
            if metadata.get("key") == self._key:
                facts = json.loads(metadata["facts"])
                _fill(state, arrays, facts)
                self._circumstances["resumed_after_batches"] = state.adam.steps
                progress.say(f"Going on after {state.adam.steps} batches, from a checkpoint.")
                return
            with suppress(OSError):  # else it would be among the last two
                path.unlink()

    def _found(self) -> list[Path]:
        """Checkpoints by the steps in their names, the newest first."""
        return sorted(self._folder.glob("?" * 12 + ".safetensors"), reverse=True)


def _chosen_pause() -> float | None:
    if not (text := os.environ.get(VARIABLE)):
        return None
    try:
        if (seconds := float(text)) >= 0:
            return seconds
    except ValueError:
        pass
    raise UserError(f"{VARIABLE} is {text!r}, no number of seconds; correct or unset it.")


def _arrays(state: State) -> dict[str, np.ndarray]:
    """The arrays that training changes in place."""
    groups = {"weights": state.adam.weights, "first": state.adam.first, "second": state.adam.second}
    return {f"{group} {name}": array for group, arrays in groups.items() for name, array in arrays.items()}


def _fill(state: State, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    for name, array in _arrays(state).items():
        array[...] = arrays[name]
    state.adam.steps, state.sums = facts["steps"], Sums(*facts["sums"])
    state.curve = [Epoch._make((*figures, tuple(rates), tuple(angles))) for *figures, rates, angles in facts["curve"]]
    state.best = {
        name.removeprefix("best "): np.array(array) for name, array in arrays.items() if name.startswith("best ")
    }
    for name, array in arrays.items():
        if name.startswith("milestone "):
            _, number, weights = name.split()
            state.milestones.setdefault(int(number), {})[weights] = np.array(array)


def _digest(arrays: dict[str, np.ndarray], metadata: Mapping[str, str | None]) -> str:
    """SHA-256 over everything that a checkpoint holds."""
    digest = hashlib.sha256(json.dumps(metadata, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
