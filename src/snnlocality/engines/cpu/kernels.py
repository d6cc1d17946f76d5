"""The kernels (``kernels.c``) as Python calls them."""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np

from snnlocality.engines.cpu.compiler import library
from snnlocality.learning.rule import ErrorSource, Smoothed, TwoSided
from snnlocality.neurons.formula import as_c

_SOURCE = Path(__file__).with_name("kernels.c")
_REAL = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}


MAX_LAYERS = 8
MAX_UNITS = 65536
MAX_CONSTANTS = 16
SOURCES = {ErrorSource.ABOVE: 0, ErrorSource.READOUT: 1, ErrorSource.LOCAL: 2, ErrorSource.TARGET: 2}
TRACES = {type(None): 0, TwoSided: 1, Smoothed: 2}


class Strided(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [("data", ctypes.c_void_p), *((name, ctypes.c_int64) for name in ("step", "sample", "class_"))]


class Layer(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("units", "width")),
        *(
            (name, ctypes.c_void_p)
            for name in ("W", "V", "O", "U", "states", "spikes", "spike_starts", "delivery", "shortcut", "V_back")
        ),
        *((name, ctypes.c_void_p) for name in ("local_readout", "local_errors", "local_delivery", "lambda_I")),
        *((name, ctypes.c_void_p) for name in ("passed_down", "factor")),
        *((name, ctypes.c_void_p) for name in ("spike_rows", "spike_rows_starts", "dW", "dV", "dO")),
    ]


class Work(ctypes.Structure):
    """See kernels.c."""

    _fields_ = [
        *(
            (name, ctypes.c_int64)
            for name in ("samples", "steps", "chunk", "block_steps", "inputs", "classes", "class_width", "layers")
        ),
        *((name, ctypes.c_int64) for name in ("parts", "truncation", "trace")),
        *((name, ctypes.c_double) for name in ("kappa", "theta", "slope", "reset")),
        ("constants", ctypes.c_double * MAX_CONSTANTS),
        *((name, ctypes.c_double) for name in ("trace_decay", "factor_decay", "noncausal", "alpha", "beta")),
        ("kept_rows", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("events", "event_offsets", "event_index", "dense")),
        *((name, ctypes.c_void_p) for name in ("drive", "direction", "event_rows", "event_rows_starts")),
        ("event_capacity", ctypes.c_int64),
        *((name, ctypes.c_int64) for name in ("drive_step", "direction_step")),
        ("size", ctypes.c_double),
        *((name, ctypes.c_void_p) for name in ("W_out", "y_rows")),
        ("y", Strided),
        *((name, ctypes.c_void_p) for name in ("lambda_y", "error_y", "scratch")),
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
def kernels(dtype: np.dtype, derivative: str, neuron: tuple[tuple[str, str], ...]) -> ctypes.CDLL:
    """The compiled kernels for this number type, this surrogate formula and the definitions of a neuron (``as_c``).

    Raises UserError if they cannot be compiled.
    """
    definitions = {"REAL": _REAL[dtype], "DERIVATIVE": as_c(derivative), **dict(neuron)}
    loaded = library(_SOURCE, tuple(f"-D{name}={value}" for name, value in definitions.items()))
    sizes = [
        ctypes.c_int64.in_dll(loaded, f"size_of_{name}").value for name in ("work", "layer", "matrix", "adam_work")
    ]
    assert sizes == [ctypes.sizeof(structure) for structure in (Work, Layer, Matrix, AdamWork)]
    return loaded
