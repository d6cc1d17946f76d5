"""The CPU engine: hands NumPy arrays to the compiled kernels (``kernels.c``) and spreads chunks over threads.

Numbers as NumPy sees them are (steps, samples, units); the kernels' own layout is explained in ``kernels.c``.
"""

import ctypes
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from snnlocality.engines.cpu.kernels import MAX_LAYERS, Layer, Strided, Work, kernels
from snnlocality.engines.cpu.memory import ALIGNMENT, Memory
from snnlocality.engines.interface import Errors, Events, Inputs
from snnlocality.errors import UserError
from snnlocality.learning import adam
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Network, Weights
from snnlocality.neurons.spikes import HEAVISIDE

CHUNK = 8  # samples worked on together (kernels.c, "Layout"); results depend on it, on threads they do not
_CACHED = 2**19  # bytes of one layer's lambda_I that gradients collect from at a time: half a usual L2 cache
_SOURCES = {ErrorSource.ABOVE: 0, ErrorSource.READOUT: 1, ErrorSource.LOCAL: 2}


@dataclass
class CpuTraces:
    """See ``interface.Traces``. ``kept`` holds what the kernels' pointers lead to."""

    network: Network
    inputs: Inputs
    work: Work
    library: ctypes.CDLL
    kept: "_Kept"
    readout: np.ndarray

    @cached_property
    def spikes(self) -> tuple[np.ndarray, ...]:
        """See ``interface.Traces.spikes``."""
        return tuple(self._dense(self._listed(layer)) for layer in self.network.hidden)

    @cached_property
    def potentials(self) -> tuple[np.ndarray, ...]:
        """See ``interface.Traces.potentials``."""
        return tuple(
            self._dense(self.kept[f"U{layer}"])[..., : len(self.network.weights[f"W{layer}"])]
            for layer in self.network.hidden
        )

    def project(self, layer: int, matrix: np.ndarray) -> np.ndarray:
        """See ``interface.Traces.project``."""
        work = Work.from_buffer_copy(self.work)
        dtype = self.readout.dtype
        table = _transposed(matrix, dtype)
        work.classes, work.class_width = len(matrix), table.shape[1]
        scratch = np.empty(CHUNK * table.shape[1], dtype)
        work.scratch = scratch.ctypes.data
        out = _by_class(len(matrix), work.steps, work.samples, dtype)
        self.library.project(ctypes.byref(work), _int(layer - 1), _pointer(table), ctypes.byref(_strided(out)))
        return out

    def spike_counts(self, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        """See ``interface.Traces.spike_counts``."""
        counted = np.ascontiguousarray(mask, np.float32)
        result = []
        for layer in self.network.hidden:
            counts = np.zeros(len(self.network.weights[f"W{layer}"]))
            self.library.count_spikes(ctypes.byref(self.work), _int(layer - 1), _pointer(counted), _pointer(counts))
            result.append(counts)
        return tuple(result)

    def _listed(self, layer: int) -> np.ndarray:
        """Spikes of a layer as rows of the kernels: (rows, units)."""
        units = len(self.network.weights[f"W{layer}"])
        rows = np.zeros((self.work.samples * self.work.steps, units), self.readout.dtype)
        starts, spikes = self.kept[f"starts{layer}"], self.kept[f"spikes{layer}"]
        for number, chunk in enumerate(_chunks(self.work)):
            own = starts[chunk.start + number : chunk.stop + number + 1]
            listed = spikes[chunk.start * units : chunk.start * units + own[-1]]
            rows[chunk.start + np.repeat(np.arange(len(own) - 1), np.diff(own)), listed] = 1
        return rows

    def _dense(self, rows: np.ndarray) -> np.ndarray:
        """Rows of the kernels as (steps, samples, units)."""
        pieces = [rows[chunk].reshape(self.work.steps, -1, rows.shape[1]) for chunk in _chunks(self.work)]
        return np.concatenate(pieces, axis=1)


class CpuEngine:
    """Event-driven, compiled. ``dtype`` float64 is for ground truth, float32 for training.

    Raises UserError where the kernels cannot be compiled.
    """

    name = "cpu"

    def __init__(self, dtype: np.typing.DTypeLike = np.float32, threads: int = 1) -> None:
        self._dtype, self._threads, self._memory = np.dtype(dtype), threads, Memory()
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None
        kernels(self._dtype, "1")  # so that a machine on which it cannot run says so at once

    def forward(self, network: Network, inputs: Inputs) -> CpuTraces:
        """See ``interface.Engine.forward``."""
        if network.spike.emit != HEAVISIDE:
            raise ValueError("the CPU engine simulates neurons that emit spikes, no others")
        library = kernels(self._dtype, network.spike.derivative)
        dtype, kept = self._dtype, _Kept(self._memory)
        work = Work(chunk=CHUNK, layers=len(network.hidden), slope=network.spike.slope, **network.dynamics._asdict())
        if work.layers > MAX_LAYERS:
            raise UserError(f"The CPU engine takes at most {MAX_LAYERS} hidden layers; choose the engine reference.")
        table = {name: _transposed(array, dtype) for name, array in network.weights.items()}
        kept.update(table)
        self._set_inputs(work, inputs, table["W1"], kept)
        rows = work.samples * work.steps
        widest = max(array.shape[1] for array in table.values())
        work.block_steps = max(1, _CACHED // (CHUNK * widest * dtype.itemsize))
        for index, layer in enumerate(network.hidden):
            W, V = table[f"W{layer}"], table.get(f"V{layer}")
            units, width = len(network.weights[f"W{layer}"]), W.shape[1]
            work.layer[index] = Layer(
                units=units,
                width=width,
                W=_address(W),
                V=None if V is None else _address(V),
                U=kept.new(f"U{layer}", (rows, width), dtype),
                spikes=kept.new(f"spikes{layer}", (rows * units,), np.uint16),
                spike_starts=kept.new(f"starts{layer}", (rows + len(_chunks(work)),), np.uint32),
            )
        work.classes, work.class_width = len(network.weights["W_out"]), table["W_out"].shape[1]
        work.W_out = _address(table["W_out"])
        y = _by_class(work.classes, work.steps, work.samples, dtype)
        work.y = _strided(y)
        self._run(library.forward, work, scratch_size=3 * CHUNK * widest)
        return CpuTraces(network, inputs, work, library, kept, y)

    def backward(self, traces: CpuTraces, errors: Errors, rule: Rule) -> dict[str, np.ndarray]:
        """See ``interface.Engine.backward``."""
        network, inputs = traces.network, traces.inputs
        work, kept = self._adjoint(traces, errors, rule)
        gradients = {
            name: _Placed.zeros(array.shape, self._dtype, self._memory) for name, array in network.weights.items()
        }
        work.dW_out = gradients["W_out"].address
        for index, layer in enumerate(network.hidden):
            work.layer[index].dW = gradients[f"W{layer}"].address
            if f"V{layer}" in gradients:
                work.layer[index].dV = gradients[f"V{layer}"].address
        self._run(traces.library.gradients, work)
        result = {name: placed.array for name, placed in gradients.items()}
        for layer in network.hidden:
            if f"V{layer}" in result:
                np.fill_diagonal(result[f"V{layer}"], 0)
        if isinstance(inputs, Events) and inputs.current is not None:
            summed = traces._dense(kept["lambda_I1"]).sum(axis=0)[:, : len(network.weights["W1"])]
            result["W1"] += summed.T @ inputs.current.astype(self._dtype)
        return result

    def input_adjoint(self, traces: CpuTraces, errors: Errors, rule: Rule) -> np.ndarray:
        """See ``interface.Engine.input_adjoint``."""
        _, kept = self._adjoint(traces, errors, rule)
        return traces._dense(kept["lambda_I1"])[..., : len(traces.network.weights["W1"])]

    def place(self, weights: Weights) -> dict[str, np.ndarray]:
        """See ``interface.Engine.place``."""
        return {name: _Placed.copy(array, self._dtype, Memory()).array for name, array in weights.items()}

    def adam(
        self, weight: np.ndarray, gradient: np.ndarray, first: np.ndarray, second: np.ndarray, step: adam.AdamStep
    ) -> None:
        """See ``interface.Engine.adam``."""
        arrays = [array.T for array in (weight, gradient, first, second)]
        item = self._dtype.itemsize
        if any(array.dtype != self._dtype or array.strides[1] != item for array in arrays):
            adam.update(weight, gradient, first, second, step)
            return
        library = kernels(self._dtype, "1")
        factors = (ctypes.c_double * 5)(step.rate, step.scale, 1 - adam.FIRST, 1 - adam.SECOND, adam.EPSILON)
        sizes = map(_int, arrays[0].shape)
        places = (part for array in arrays for part in (_pointer(array), _int(array.strides[0] // item)))
        library.adam(*sizes, *places, factors)

    def _adjoint(self, traces: CpuTraces, errors: Errors, rule: Rule) -> tuple[Work, "_Kept"]:
        """Run the adjoint scan; return what its pointers lead to as well."""
        network, dtype, kept = traces.network, self._dtype, _Kept(self._memory)
        work = Work.from_buffer_copy(traces.work)
        rows = work.samples * work.steps
        blocks = len(_chunks(work)) * -(-work.steps // work.block_steps)
        work.source = _SOURCES[rule.source]
        work.reset = work.theta if rule.through_reset else 0
        kept["errors"] = np.asarray(errors.readout, dtype)
        work.errors = _strided(kept["errors"])
        work.lambda_y = kept.new("lambda_y", (rows, work.class_width), dtype)
        for layer, delivery in _deliveries(network, rule).items():
            own = work.layer[layer - 1]
            kept[f"delivery{layer}"] = _padded(delivery, own.width, dtype)
            own.delivery = _address(kept[f"delivery{layer}"])
            if rule.source is ErrorSource.LOCAL:
                kept[f"errors{layer}"] = np.asarray(errors.local[layer - 1], dtype)
                own.local_errors = _strided(kept[f"errors{layer}"])
            if f"V{layer}" in network.weights and rule.through_recurrence:
                kept[f"V{layer}"] = _padded(network.weights[f"V{layer}"], own.width, dtype)
                own.V_back = _address(kept[f"V{layer}"])
            own.lambda_I = kept.new(f"lambda_I{layer}", (rows, own.width), dtype)
            own.spike_rows = kept.new(f"spike_rows{layer}", (rows * own.units,), np.uint32)
            own.spike_rows_starts = kept.new(f"starts{layer}", (blocks * (own.units + 1),), np.uint32)
        if isinstance(traces.inputs, Events):
            counts = _events_before_chunks(traces.inputs)
            kept["chunk_events"] = counts
            work.chunk_events = _address(counts)
            work.event_rows = kept.new("event_rows", (int(counts[-1]),), np.uint32)
            work.event_rows_starts = kept.new("event_starts", (blocks * (work.inputs + 1),), np.uint32)
        widest = max(work.layer[index].width for index in range(work.layers))
        self._run(traces.library.adjoint, work, scratch_size=CHUNK * (2 * widest + work.class_width))
        return work, kept

    def _set_inputs(self, work: Work, inputs: Inputs, W: np.ndarray, kept: "_Kept") -> None:
        if isinstance(inputs, Events):
            if inputs.units.dtype != np.uint16:
                raise ValueError(f"units of events must be uint16, not {inputs.units.dtype}")
            kept |= {
                "units": np.ascontiguousarray(inputs.units),
                "offsets": np.ascontiguousarray(inputs.offsets, np.int64),
                "index": np.ascontiguousarray(inputs.index, np.int64),
            }
            work.samples, work.steps, work.inputs = inputs.samples, inputs.steps, inputs.inputs
            work.events, work.event_offsets, work.event_index = (
                _address(kept[name]) for name in ("units", "offsets", "index")
            )
            if inputs.current is not None:
                kept["current_drive"] = np.ascontiguousarray(inputs.current.astype(self._dtype) @ W)
                work.current_drive = _address(kept["current_drive"])
        else:
            work.steps, work.samples, work.inputs = inputs.shape
            work.dense = kept.new("dense", (work.samples * work.steps, work.inputs), self._dtype)
            for number, chunk in enumerate(_chunks(work)):
                own = inputs[:, number * CHUNK : (number + 1) * CHUNK]
                kept["dense"][chunk].reshape(own.shape)[...] = own

    def _run(self, function: ctypes._CFuncPtr, work: Work, scratch_size: int = 0) -> None:
        """Let every thread take chunks until none is left."""
        scratch = self._memory.array((self._threads, scratch_size), self._dtype)
        work.scratch, work.scratch_size, work.next = _address(scratch), scratch_size, 0
        if self._pool is None:
            function(ctypes.byref(work), _int(0), _int(1))
            return
        others = [
            self._pool.submit(function, ctypes.byref(work), _int(worker), _int(self._threads))
            for worker in range(1, self._threads)
        ]
        function(ctypes.byref(work), _int(0), _int(self._threads))
        for other in others:
            other.result()


class _Kept(dict[str, np.ndarray]):
    """Named arrays that must live as long as the kernels' pointers to them."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory

    def new(self, name: str, shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> int:
        """A new array of unknown content; returns its address."""
        self[name] = self._memory.array(shape, dtype)
        return _address(self[name])


class _Placed(NamedTuple):
    """A weight matrix in the kernels' layout: transposed, its rows padded; ``array`` is the view people see."""

    array: np.ndarray  # (units above, units below)
    table: np.ndarray  # (units below, width)

    @property
    def address(self) -> int:
        """Of the first number."""
        return self.table.ctypes.data

    @staticmethod
    def zeros(shape: tuple[int, ...], dtype: np.dtype, memory: Memory) -> "_Placed":
        above, below = shape
        table = memory.array((below, _width(above, dtype)), dtype)
        table.fill(0)
        placed = _Placed(table[:, :above].T, table)
        _PLACED[id(placed.array)] = placed.array
        return placed

    @staticmethod
    def copy(array: np.ndarray, dtype: np.dtype, memory: Memory) -> "_Placed":
        placed = _Placed.zeros(array.shape, dtype, memory)
        placed.array[:] = array
        return placed


# The arrays known to be in the kernels' layout, zero padding included.
_PLACED: "weakref.WeakValueDictionary[int, np.ndarray]" = weakref.WeakValueDictionary()


def _transposed(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """A weight matrix as the kernels read it, (units below, width); no copy if it was placed so."""
    if _PLACED.get(id(array)) is array and array.dtype == dtype:
        below, width = array.shape[1], array.strides[1] // dtype.itemsize
        return np.lib.stride_tricks.as_strided(array.T, (below, width))
    return _Placed.copy(array, dtype, Memory()).table


def _deliveries(network: Network, rule: Rule) -> dict[int, np.ndarray]:
    """By hidden layer, the matrix that carries the error down to it (``learning.rule``)."""
    weights, above = network.weights, "W_out"
    product = weights["W_out"]
    result = {}
    for layer in reversed(network.hidden):
        if rule.source is ErrorSource.ABOVE:
            result[layer] = weights[above]
        elif rule.weights is FeedbackWeights.PRODUCT:
            result[layer] = product
            product = product @ weights[f"W{layer}"] if layer > 1 else product
        else:
            result[layer] = network.feedback[f"B{layer}"]
        above = f"W{layer}"
    return result


def _events_before_chunks(events: Events) -> np.ndarray:
    """Number of the batch's events before each chunk, and in all."""
    T = events.steps
    counts = events.offsets[(events.index + 1) * T] - events.offsets[events.index * T]
    before = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.append(before[:-1:CHUNK], before[-1])


def _chunks(work: Work) -> list[slice]:
    """Rows of every chunk."""
    firsts = range(0, work.samples, CHUNK)
    return [slice(first * work.steps, min(first + CHUNK, work.samples) * work.steps) for first in firsts]


def _width(units: int, dtype: np.dtype) -> int:
    lanes = ALIGNMENT // dtype.itemsize
    return -(-units // lanes) * lanes


def _padded(matrix: np.ndarray, width: int, dtype: np.dtype) -> np.ndarray:
    result = np.zeros((len(matrix), width), dtype)
    result[:, : matrix.shape[1]] = matrix
    return result


def _by_class(classes: int, steps: int, samples: int, dtype: np.dtype) -> np.ndarray:
    """An array (steps, samples, classes) with the classes outermost in memory: a loss then runs along samples."""
    return np.empty((classes, steps, samples), dtype).transpose(1, 2, 0)


def _address(array: np.ndarray) -> int:
    return array.ctypes.data


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _int(number: int) -> ctypes.c_int64:
    return ctypes.c_int64(number)


def _strided(array: np.ndarray) -> Strided:
    step, sample, class_ = (stride // array.itemsize for stride in array.strides)
    return Strided(array.ctypes.data, step, sample, class_)
