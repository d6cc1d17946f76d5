"""The kernels (``kernels.c``) as Python calls them: compiled for this machine, once, and kept in the user's cache.

The compiler (Zig's Clang) comes with the Python dependencies, so a machine needs none of its own.
"""

import ctypes
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from snnlocality.errors import UserError
from snnlocality.learning.rule import ErrorSource
from snnlocality.neurons.formula import as_c

_SOURCE = Path(__file__).with_name("kernels.c")
_FLAGS = ("-O3", "-mcpu=native", "-std=c11", "-shared", "-fPIC", "-fno-math-errno", "-fno-trapping-math")
_REAL = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}


MAX_LAYERS = 8
MAX_THREADS = 256
MAX_UNITS = 65536
SOURCES = {ErrorSource.ABOVE: 0, ErrorSource.READOUT: 1, ErrorSource.LOCAL: 2}
LOSSES = {"cross_entropy": 0, "squared_error": 1, "smooth_l1": 2}


class Strided(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [("data", ctypes.c_void_p), *((name, ctypes.c_int64) for name in ("step", "sample", "class_"))]


class Layer(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("units", "width")),
        *((name, ctypes.c_void_p) for name in ("W", "V", "U", "spikes", "spike_starts", "delivery", "V_back")),
        *((name, ctypes.c_void_p) for name in ("local_readout", "local_errors", "lambda_I")),
        *((name, ctypes.c_void_p) for name in ("spike_rows", "spike_rows_starts", "dW", "dV")),
    ]


class Work(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [
        *(
            (name, ctypes.c_int64)
            for name in ("samples", "steps", "chunk", "block_steps", "inputs", "classes", "class_width", "layers")
        ),
        *((name, ctypes.c_double) for name in ("alpha", "beta", "kappa", "theta", "slope", "reset")),
        *((name, ctypes.c_void_p) for name in ("events", "event_offsets", "event_index", "dense")),
        *(
            (name, ctypes.c_void_p)
            for name in ("current_drive", "event_rows", "event_rows_starts", "chunk_events", "W_out", "y_rows")
        ),
        ("y", Strided),
        *((name, ctypes.c_void_p) for name in ("lambda_y", "scratch")),
        ("scratch_size", ctypes.c_int64),
        ("dW_out", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("source", "loss", "local_loss")),
        *((name, ctypes.c_void_p) for name in ("targets", "mask")),
        *((name, ctypes.c_int64) for name in ("target_step", "target_sample", "mask_step", "mask_sample")),
        ("counted", ctypes.c_double),
        ("losses", ctypes.c_void_p),
        ("next", ctypes.c_int64),
        ("layer", Layer * MAX_LAYERS),
    ]


class Matrix(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("rows", "width")),
        *((f"{name}_stride", ctypes.c_int64) for name in ("weight", "gradient", "first", "second")),
        *((name, ctypes.c_void_p) for name in ("weight", "first", "second", "gradient")),
    ]


class AdamWork(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [
        ("matrices", ctypes.POINTER(Matrix)),
        ("count", ctypes.c_int64),
        *((name, ctypes.c_double) for name in ("rate", "scale", "new_first", "new_second", "epsilon")),
    ]


@cache
def kernels(dtype: np.dtype, derivative: str) -> ctypes.CDLL:
    """The compiled kernels for this number type and this surrogate formula.

    Raises UserError if they cannot be compiled.
    """
    definitions = (f"-DREAL={_REAL[dtype]}", f"-DDERIVATIVE={as_c(derivative)}")
    command = [sys.executable, "-m", "ziglang", "cc", *_FLAGS, *definitions, str(_SOURCE)]
    # Everything that decides the machine code is in the name: the cache is never stale, and nodes of a cluster
    # with different processors or systems can share it.
    system = " ".join((platform.system(), *platform.libc_ver()))
    key = "\n".join([*_FLAGS, *definitions, _SOURCE.read_text(encoding="utf-8"), _compiler(), _processor(), system])
    folder = cache_folder()
    library = folder / f"kernels-{hashlib.sha256(key.encode()).hexdigest()[:20]}.so"
    if not library.exists():
        _compile(command, library)
    try:
        loaded = ctypes.CDLL(str(library))
    except OSError as error:
        raise UserError(f"The CPU engine's kernels cannot be loaded here ({error}).") from None
    sizes = [
        ctypes.c_int64.in_dll(loaded, f"size_of_{name}").value for name in ("work", "layer", "matrix", "adam_work")
    ]
    assert sizes == [ctypes.sizeof(structure) for structure in (Work, Layer, Matrix, AdamWork)]
    return loaded


def cache_folder() -> Path:
    """Where compiled kernels are kept: below XDG_CACHE_HOME or ~/.cache, else in a temporary folder."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "snnlocality"
        home.mkdir(parents=True, exist_ok=True)
        if os.access(home, os.W_OK):
            return home
    except (OSError, RuntimeError):  # read-only, or a user without a home
        pass
    return _folder_of_this_process()


@cache
def _folder_of_this_process() -> Path:
    # A name that others could foresee would let them put a library there.
    return Path(tempfile.mkdtemp(prefix="snnlocality-"))


def _compile(command: list[str], library: Path) -> None:
    # Under a name of its own first: several runs that start at once must not see each other's half-written file.
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        draft = Path(scratch) / library.name
        caches = {name: str(library.parent / "zig") for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")}
        done = subprocess.run(
            [*command, "-o", str(draft)], capture_output=True, text=True, env={**os.environ, **caches}, check=False
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no message"])[0]
            raise UserError(f"The CPU engine could not be compiled here ({reason}).")
        os.replace(draft, library)


def _compiler() -> str:
    try:
        return metadata.version("ziglang")
    except metadata.PackageNotFoundError:
        raise UserError("The CPU engine needs the package ziglang, which is not installed; run make setup.") from None


def _processor() -> str:
    """What distinguishes processors for a compiler."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("vendor_id", "cpu family", "model\t", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(wanted)}))
