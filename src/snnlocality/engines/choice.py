"""Which engine a command uses: how results are computed, never what they are, so no part of params.yaml."""

import os
from collections.abc import Callable
from pathlib import Path

from snnlocality.engines.interface import Engine
from snnlocality.errors import UserError

NAMES = ("auto", "reference", "cpu", "cuda")
VARIABLE = "SNNLOCALITY_ENGINE"  # how a workflow profile hands its choice to every job


def choose(name: str, threads: int = 1, say: Callable[[str], None] = lambda line: None) -> Engine:
    """The engine of this name, on so many processor threads.

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
    # Each engine is imported only where it runs: the CPU engine starts without PyTorch.
    if name == "cpu":
        from snnlocality.engines.cpu.engine import CpuEngine

        return CpuEngine(threads=threads)
    if name == "cuda":
        try:
            from snnlocality.engines.cuda.engine import CudaEngine
        except ModuleNotFoundError as error:
            raise UserError(f"The CUDA engine needs {error.name}, which is not installed here.") from None
        return CudaEngine()
    if name == "reference":
        import torch

        from snnlocality.engines.reference import ReferenceEngine

        torch.set_num_threads(threads)
        return ReferenceEngine()
    raise ValueError(f"'{name}' is no engine")


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
    return any(Path("/dev").glob("nvidia[0-9]*"))
