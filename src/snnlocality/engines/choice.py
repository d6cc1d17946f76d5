"""Which engine a command uses: how results are computed, never what they are, so no part of params.yaml."""

import os
from collections.abc import Callable
from pathlib import Path

from snnlocality.engines import trial
from snnlocality.engines.interface import Engine
from snnlocality.errors import Interrupted, UserError

NAMES = ("auto", "reference", "cpu", "cuda")
DEVICES = Path("/dev")  # where a graphics card shows as nvidia0, nvidia1, ...
VARIABLE = "SNNLOCALITY_ENGINE"  # how a workflow profile hands its choice to every job


def choose(name: str, threads: int = 1, say: Callable[[str], None] = lambda line: None) -> Engine:
    """The engine of this name, on so many processor threads, after it has learned a tiny network as it must.

    ``auto`` takes CUDA where there is a graphics card, else the event-driven CPU engine, else the reference; whatever
    it has to do without, it tells ``say`` why in one line. Raises UserError if an engine that was asked for
    by name cannot run here, ValueError for an unknown name.
    """
    if name == "auto":
        for candidate, instead in (("cuda", "cpu"), ("cpu", "reference")):
            if candidate == "cuda" and not _has_graphics_card():
                continue
            try:
                return choose(candidate, threads)
            except UserError as error:
                say(f"{error} Falling back to the engine {instead}, which is slower.")
        return choose("reference", threads)
    if name not in _MAKERS:
        raise ValueError(f"'{name}' is no engine")
    try:
        engine = _MAKERS[name](threads)
        trial.attempt(engine)
    except (UserError, Interrupted):
        raise
    except Exception as error:  # drivers, compilers and libraries fail in ways of their own
        reason = (str(error).strip().splitlines() or ["no message"])[0]
        raise UserError(
            f"The engine {name} does not work here ({type(error).__name__}: {reason}); choose another one, or auto."
        ) from error
    return engine


# Each engine is imported only where it runs: the CPU engine starts without PyTorch.
def _cpu(threads: int) -> Engine:
    from snnlocality.engines.cpu.engine import CpuEngine

    return CpuEngine(threads=threads)


def _cuda(threads: int) -> Engine:
    from snnlocality.engines.cuda.engine import CudaEngine

    return CudaEngine()


def _reference(threads: int) -> Engine:
    import torch

    from snnlocality.engines.reference import ReferenceEngine

    torch.set_num_threads(threads)
    return ReferenceEngine()


_MAKERS = {"cpu": _cpu, "cuda": _cuda, "reference": _reference}


def chosen(threads: int = 1, say: Callable[[str], None] = lambda line: None) -> Engine:
    """The engine that the environment variable SNNLOCALITY_ENGINE names; ``auto`` without it."""
    return choose(checked_name(), threads, say)


def checked_name() -> str:
    """What the environment variable says; raises UserError if it is no engine."""
    name = os.environ.get(VARIABLE, "auto")
    if name not in NAMES:
        raise UserError(f"'{name}' is no engine; choose one of {', '.join(NAMES)}.")
    return name


def _has_graphics_card() -> bool:
    return any(DEVICES.glob("nvidia[0-9]*"))
