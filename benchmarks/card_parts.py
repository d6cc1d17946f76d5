"""What ``benchmarks.cards`` does on a graphics card, part by part, each in a process of its own: ``python -m
benchmarks.card_parts PART FOLDER SIZE``.

A part writes FOLDER/PART.json. Nothing but NumPy, PyTorch, Triton and this repository is imported.
"""

import contextlib
import importlib.util
import json
import statistics
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks import case as cases
from benchmarks.contender import Contender, Options
from benchmarks.making import Setting, make, noise
from benchmarks.worker import STEPS_FROM_START, timed_steps, warm_up
from snnlocality.data.splits import Part
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import spiking

ROOT = Path(__file__).parent.parent


class Skipped(Exception):
    """Why a part has nothing to do here."""


class Size(NamedTuple):
    """How much is done; ``REHEARSAL`` is for Triton's interpreter."""

    setting: Setting  # but for the recurrence
    events: int  # of a recording; those of the digits, as the table on processors has them
    inputs: int
    steps: int  # timed at once
    rounds: int  # of them
    epochs: int  # of a timed training in lockstep, the first not counted
    runs: tuple[int, ...]  # in lockstep
    copied: int  # bytes
    every: int  # of the conformance cases, one in so many


FULL = Size(Setting(False), 3429, 2312, STEPS_FROM_START, 5, 20, (1, 8, 32), 2**30, 1)
_TINY = Setting(False, hidden=(4, 3), steps=3, batch_size=2, firing_rate=0.3, batches=1)
REHEARSAL = Size(_TINY, 10, 9, 1, 1, 2, (2,), 2**20, 25)
SIZES = {"full": FULL, "rehearsal": REHEARSAL}


def device(size: Size) -> dict[str, Any]:
    """The card's name, and the bandwidth of its memory as a copy has it: bytes read and written per second."""
    found: dict[str, Any] = {"torch": torch.__version__, "triton": _version("triton"), "numpy": np.__version__}
    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        found |= {"card": card.name, "capability": f"{card.major}.{card.minor}", "memory_gb": card.total_memory / 1e9}
        found |= {"multiprocessors": card.multi_processor_count, "cuda": torch.version.cuda}
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            query = ("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
            found["driver"] = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()[0]
    else:
        found |= {"card": "none (Triton's interpreter)"}
    source = torch.ones(size.copied, dtype=torch.uint8, device=_device())
    target = torch.empty_like(source)
    times = [_seconds(lambda: target.copy_(source)) for _ in range(12)]
    return found | {"bandwidth_gb_per_s": 2 * size.copied / statistics.median(times[2:]) / 1e9}


def conformance(size: Size) -> dict[str, Any]:
    """Every verb of the CUDA engine in double precision against the reference: what passed, what did not, and why."""
    sys.path.insert(0, str(ROOT / "tests"))
    import conformance as checks
    from snnlocality.engines.cuda.engine import CudaEngine

    engine, passed, failed = CudaEngine(torch.float64), 0, {}
    for number, (name, case) in enumerate(checks.cases()):
        if number % size.every:
            continue
        try:
            checks.conform(engine, case)
            passed += 1
        except Exception as error:  # whatever it is, the others are tried
            failed[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return {"passed": passed, "failed_cases": failed}


def tests(size: Size) -> dict[str, Any]:
    """The tests of the kernels and of training in lockstep, by pytest where it is installed."""
    missing = [name for name in ("pytest", "hypothesis", "safetensors") if importlib.util.find_spec(name) is None]
    if missing:
        raise Skipped(f"{' and '.join(missing)} not installed; the conformance checks need none of it")
    chosen = ["tests/engines/test_cuda.py", "tests/learning/test_packed.py", "-k", "not compile_for_a_card"]
    if size is REHEARSAL:
        chosen = ["tests/learning/test_packed.py", "-k", "losses_on_the_device"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rf", "--tb=line", *chosen]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    if done.returncode and not failed:
        raise RuntimeError(f"pytest: {(lines or done.stderr.splitlines() or ['no message'])[-1]}")
    return {"summary": lines[-1], "failed_tests": failed}


def ours(size: Size, architecture: str) -> dict[str, Any]:
    """Recordings trained per second: one run step by step, as ``train`` does it, and runs in lockstep."""
    case = _case(size, architecture)
    one, losses = _one_run(case, size)
    found = {"one run": one}
    for runs in size.runs:
        with _reported(found, f"lockstep {runs}"):
            found[f"lockstep {runs}"] = _lockstep(case, runs, size.epochs)
    return {"losses": losses, "bytes_per_recording": traffic(case), "variants": found}


def peer(size: Size, library: str, architecture: str) -> dict[str, Any]:
    """The same of another library, compiled by PyTorch."""
    case = _case(size, architecture)
    options = Options(1, "compiled", "bptt_detached_reset", _device())
    contender = importlib.import_module(f"benchmarks.contenders.{library}").build(case, options)
    batches = [contender.prepare(batch) for batch in case.batches]
    ready = warm_up(contender, batches)
    variants = {"one run": _rates(contender, batches, size)}
    return {"losses": ready["losses"], "versions": ready["versions"], "variants": variants}


def traffic(case: cases.Case) -> float:
    """Bytes that pass through the card's memory per recording at the least, if nothing stays in a cache.

    Of every hidden unit and step, in numbers of 4 bytes: forward its current is written and read, its potential and
    its spike written, and the spike read by the layer above; backward its error is written and read, its potential
    read, its lambda_I written and read for the gradient, its spike read for that of the layer above. A layer above
    another reads its lambda_I once more to send it down, recurrence reads lambda_I and spikes once more. Adam reads
    four numbers of a weight and writes three, once in a batch.
    """
    units = [len(case.weights[f"W{layer}"]) for layer in case.hidden]
    per_step = sum(n * (11 + (layer > 1) + 2 * case.recurrent) for layer, n in zip(case.hidden, units, strict=True))
    weights = sum(array.size for array in case.weights.values())
    return 4 * (case.steps * per_step + 7 * weights / case.batches.shape[1])


def _case(size: Size, architecture: str) -> cases.Case:
    setting = size.setting._replace(recurrent=architecture == "rec")
    count = 2 * setting.batch_size
    dataset = noise(setting, size.events, count, size.inputs)
    return make(setting, dataset, {Part.TRAIN: np.arange(count), Part.TEST: np.arange(2)})


def _one_run(case: cases.Case, size: Size) -> tuple[dict[str, float], list[float]]:
    from benchmarks.contenders.snnlocality import build

    contender = build(case, Options(1, "cuda", "bptt"))
    batches = list(map(contender.prepare, case.batches))
    losses = [float(contender.step(batch)) for batch in batches]
    return _rates(contender, batches, size), losses


def _rates(contender: Contender, batches: Sequence[Any], size: Size) -> dict[str, float]:
    with _peak_memory() as memory:
        timed_steps(contender, batches, size.steps)
        rounds = [timed_steps(contender, batches, size.steps) for _ in range(size.rounds)]
    return {"recordings_per_second": size.steps * size.setting.batch_size / statistics.median(rounds), **memory}


def _lockstep(case: cases.Case, runs: int, epochs: int) -> dict[str, float]:
    """Of all runs together; the first epoch, which compiles, is not counted, and every epoch ends with a validation."""
    from benchmarks.contenders.snnlocality import dataset_of
    from snnlocality.engines.cuda.device import find_device
    from snnlocality.engines.cuda.packed import train_many
    from snnlocality.learning.optimisation import Optimisation

    dataset = dataset_of(case)
    neuron = Leaky(case.alpha, case.beta, case.kappa, case.theta)
    network = Network(neuron, spiking("fast_sigmoid", case.slope), case.weights, case.feedback)
    optimisation = Optimisation("cross_entropy", None, epochs, case.batches.shape[1], case.learning_rate)
    ends: list[float] = []

    def report(run: int, epoch: Any) -> None:
        if run == runs - 1:
            ends.append(time.perf_counter())

    with _peak_memory() as memory:
        train_many(
            [network] * runs,
            dataset,
            case.training,
            case.test,
            BPTT,
            optimisation,
            range(runs),
            find_device(torch.float32),
            report,
        )
    seconds = statistics.median(np.diff(ends))
    return {"recordings_per_second": float(runs * len(case.training) / seconds), **memory}


@contextlib.contextmanager
def _peak_memory():
    found: dict[str, float] = {}
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    yield found
    if torch.cuda.is_available():
        found["peak_memory_mb"] = torch.cuda.max_memory_allocated() / 1e6


@contextlib.contextmanager
def _reported(found: dict[str, Any], name: str):
    """What fails is written down, and the rest goes on."""
    try:
        yield
    except Exception as error:
        found[name] = {"failed": _in_a_line(error)}


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _in_a_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    function.__name__: function for function in (device, conformance, tests, ours, peer)
}


def main(name: str, folder: str, size: str) -> None:
    """Do a part and write what came of it; ``name`` is that of the function and its words, with spaces."""
    kind, *words = name.split()
    try:
        result = PARTS[kind](SIZES[size], *words)
    except Skipped as reason:
        result = {"skipped": str(reason)}
    except Exception as error:
        result = {"failed": _in_a_line(error), "traceback": traceback.format_exc()}
    Path(folder, f"{name}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
