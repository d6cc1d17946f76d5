"""The CPU engine: hands NumPy arrays to the compiled kernels (``kernels.c``) and spreads chunks over threads."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from snnlocality.data.inputs import Batch, Driven, Events, Inputs
from snnlocality.engines.cpu.kernels import (
    MAX_CONSTANTS,
    MAX_LAYERS,
    MAX_UNITS,
    SOURCES,
    TRACES,
    AdamWork,
    Layer,
    Matrix,
    Work,
    kernels,
)
from snnlocality.engines.cpu.layout import (
    CHUNK,
    address,
    by_class,
    by_step,
    chunk_count,
    chunks,
    from_rows,
    is_placed,
    padded,
    part_count,
    placed,
    placed_copy,
    stepped,
    strided,
    to_rows,
    transposed,
)
from snnlocality.engines.cpu.memory import Memory
from snnlocality.engines.cpu.threads import MAX_THREADS, in_parallel
from snnlocality.engines.cpu.traces import CpuTraces, Kept
from snnlocality.engines.interface import Engine, refuse_driven
from snnlocality.engines.values import Errors, Learned
from snnlocality.errors import UserError
from snnlocality.learning import adam
from snnlocality.learning.losses import own_loss
from snnlocality.learning.optimisation import LOSSES
from snnlocality.learning.routing import deliveries, local_readout, recurrence, shortcut
from snnlocality.learning.rule import Rule, Smoothed, TwoSided
from snnlocality.network import Network, Weights
from snnlocality.neurons.lif import require_leaky
from snnlocality.neurons.models.cuba_lif import NEURON as CUBA_LIF
from snnlocality.neurons.neuron import as_c
from snnlocality.neurons.spikes import HEAVISIDE, PLAIN

# Bytes of one layer's lambda_I that gradients collect from at a time: half of a usual second-level cache. So few rows,
# each a cache line or more, that 16 bits count them.
_CACHED = 2**19


class CpuEngine(Engine):
    """Event-driven, compiled. ``dtype`` float64 is for ground truth, float32 for training.

    Raises UserError where the kernels cannot be compiled.
    """

    name = "cpu"

    def __init__(self, dtype: np.typing.DTypeLike = np.float32, threads: int = 1) -> None:
        self._dtype, self._threads, self._memory = np.dtype(dtype), min(max(threads, 1), MAX_THREADS), Memory()
        self._lesson: _Lesson | None = None  # the last
        # Compile now: where no compiler works, this is said at the start and not in the middle of a training.
        self._adam = kernels(self._dtype, PLAIN.derivative, as_c(CUBA_LIF)).adam

    def forward(self, network: Network, inputs: Inputs) -> CpuTraces:
        """See ``interface.Engine.forward``."""
        traces = self._simulation(network, inputs)
        self._run(traces.library.forward, traces.work)
        return traces

    # An engine gets its own traces back.
    def backward(  # type: ignore[override]
        self, traces: CpuTraces, errors: Errors, rule: Rule
    ) -> dict[str, np.ndarray]:
        """See ``interface.Engine.backward``."""
        work, _kept = self._adjoint(traces, errors, rule)  # arrays that the work points to
        gradients = self._new_gradients(traces, work)
        for task in (traces.library.sort, traces.library.gradients, traces.library.join_parts):
            self._run(task, work)
        return self._finished(gradients, traces)

    def drive(self, network: Network, inputs: Events | np.ndarray) -> np.ndarray:
        """See ``interface.Engine.drive``."""
        if not isinstance(inputs, Events):
            return super().drive(network, inputs)
        traces = self._simulation(network, inputs, places=1)
        work, width = traces.work, traces.work.layer[0].width
        table = self._memory.array((work.steps, work.samples, width), self._dtype)
        work.drive = address(table)
        self._run(traces.library.drive, work)
        return stepped(table, work.layer[0].units)

    def input_adjoint(self, traces: CpuTraces, errors: Errors, rule: Rule) -> np.ndarray:  # type: ignore[override]
        """See ``interface.Engine.input_adjoint``."""
        _, kept = self._adjoint(traces, errors, rule)
        return from_rows(_first_adjoint(kept, rule), traces.work)[..., : len(traces.network.weights["W1"])]

    def constant_input_adjoint(  # type: ignore[override]
        self, traces: CpuTraces, errors: Errors, rule: Rule
    ) -> np.ndarray:
        """See ``interface.Engine.constant_input_adjoint``."""
        work, kept = self._adjoint(traces, errors, rule)
        rows = _first_adjoint(kept, rule)
        sums = [rows[chunk].reshape(work.steps, -1, rows.shape[1]).sum(axis=0) for chunk in chunks(work)]
        return np.concatenate(sums)[:, : work.layer[0].units]

    def loss_and_gradients(
        self, network: Network, batch: Batch, rule: Rule, loss: str, local_loss: str | None
    ) -> Learned:
        """See ``interface.Engine.loss_and_gradients``; a chunk is learned from while it is in the cache."""
        self._lesson = lesson = self._next_lesson(network, batch.inputs, rule)
        traces, work, kept = lesson.traces, lesson.work, lesson.kept
        losses = np.zeros(work.samples)
        mask = np.asarray(batch.mask, np.float32)
        targets = np.asarray(batch.targets, np.int64)
        counted = float(mask.sum())
        if not counted:
            raise ValueError("no step of the batch counts: its mask is zero everywhere")
        if not 0 <= targets.min() <= targets.max() < work.classes:
            raise ValueError(f"targets must lie between 0 and {work.classes - 1}")
        work.loss, work.losses, work.counted = LOSSES.index(loss), address(losses), counted
        work.targets, work.mask = kept.keep("targets", targets), kept.keep("mask", mask)
        work.target_step, work.target_sample = (stride // targets.itemsize for stride in targets.strides)
        work.mask_step, work.mask_sample = (stride // mask.itemsize for stride in mask.strides)
        if rule.layers_have_losses:
            work.local_loss = LOSSES.index(own_loss(rule, local_loss))
            for index, layer in enumerate(network.hidden):
                own, B = work.layer[index], transposed(network.feedback[f"B{layer}"], self._dtype)
                own.local_readout = kept.keep(f"B{layer}", B)
                own.local_errors = self._class_rows(work, kept, f"errors{layer}", lesson.places)
        gradients = self._new_gradients(traces, work)
        if lesson.places < chunk_count(work.samples):
            self._run(traces.library.learn_parts, work)
        else:
            self._run(traces.library.learn, work)
            self._run(traces.library.gradients, work)
        self._run(traces.library.join_parts, work)
        mean = float(losses.sum()) / counted
        return Learned(mean, self._finished(gradients, traces), traces.readout)

    def _next_lesson(self, network: Network, inputs: Inputs, rule: Rule) -> "_Lesson":
        """All that is needed to learn from a batch but its targets: the lesson before, if only the samples differ."""
        lesson = self._lesson
        if lesson is not None and isinstance(inputs, Events) and lesson.suits(network, inputs, rule):
            work, kept = lesson.work, lesson.kept
            work.event_index = kept.keep("index", np.ascontiguousarray(inputs.index, np.int64))
            self._set_deliveries(work, kept, network, rule)
            self._set_event_rows(work, kept, inputs, lesson.places)
            readout = self._readout(work)
            return lesson._replace(traces=replace(lesson.traces, inputs=inputs, readout=readout))
        places = self._places(inputs)
        traces = self._simulation(network, inputs, places)
        work, kept = self._prepared_adjoint(traces, rule, places)
        for index, layer in enumerate(network.hidden):
            # Nobody asks for these potentials again: half the memory, which then stays in the cache.
            work.layer[index].lambda_I = kept.keep(f"lambda_I{layer}", traces.kept[f"U{layer}"])
        return _Lesson(traces, tuple(network.weights.values()), rule, work, kept, places)

    def _places(self, inputs: Inputs) -> int:
        """How many chunks are kept at a time while learning (``kernels.c``, "Threads")."""
        _, samples = _extent(inputs)
        return chunk_count(samples) if self._threads > part_count(samples) else self._threads

    def place(self, weights: Weights) -> dict[str, np.ndarray]:
        """See ``interface.Engine.place``."""
        return {name: placed_copy(array, self._dtype).array for name, array in weights.items()}

    def adam(self, weights: Weights, gradients: Weights, first: Weights, second: Weights, step: adam.AdamStep) -> None:
        """See ``interface.Engine.adam``."""
        matrices, others = [], []
        for name in weights:
            arrays = [group[name].T for group in (weights, gradients, first, second)]
            if all(array.dtype == self._dtype and array.strides[1] == self._dtype.itemsize for array in arrays):
                strides = (array.strides[0] // self._dtype.itemsize for array in arrays)
                weight, gradient, *moments = map(address, arrays)
                matrices.append(Matrix(*arrays[0].shape, *strides, weight, *moments, gradient))
            else:  # not as ``place`` lays weights out
                others.append(name)
        constants = (1 - adam.FIRST, 1 - adam.SECOND, adam.EPSILON)
        work = AdamWork((Matrix * len(matrices))(*matrices), len(matrices), step.rate, step.scale, *constants)
        in_parallel(self._adam, work, self._threads)
        w, g, m, v = ({name: group[name] for name in others} for group in (weights, gradients, first, second))
        adam.update(w, g, m, v, step)

    def _simulation(self, network: Network, inputs: Inputs, places: int | None = None) -> CpuTraces:
        """Everything a simulation needs and leaves behind, not yet run; without ``places`` all chunks are kept."""
        steps, samples = _extent(inputs)
        if samples < 1 or steps < 1:
            raise ValueError("a batch needs at least one sample and one step")
        if network.spike.emit != HEAVISIDE:
            raise ValueError("the CPU engine simulates neurons that emit spikes, no others")
        dtype, kept = self._dtype, Kept(self._memory)
        dynamics, neuron = network.dynamics, network.dynamics.neuron
        work = Work(chunk=CHUNK, layers=len(network.hidden), slope=network.spike.slope)
        work.kappa, work.theta = dynamics.kappa, dynamics.theta
        if len(dynamics.constants) > MAX_CONSTANTS:
            raise UserError(
                f"The CPU engine takes neurons of at most {MAX_CONSTANTS} constants; choose the engine reference."
            )
        work.constants[: len(dynamics.constants)] = dynamics.constants
        if work.layers > MAX_LAYERS:
            raise UserError(f"The CPU engine takes at most {MAX_LAYERS} hidden layers; choose the engine reference.")
        table = {name: transposed(array, dtype) for name, array in network.weights.items()}
        self._set_inputs(work, kept, inputs, table["W1"])
        if max(len(array) for array in network.weights.values()) > MAX_UNITS:
            raise UserError(f"The CPU engine takes at most {MAX_UNITS} units a layer; choose the engine reference.")
        places = places or chunk_count(samples)
        work.kept_rows = rows = places * CHUNK * work.steps
        widest = max(array.shape[1] for array in table.values())
        for index, layer in enumerate(network.hidden):
            units, width = len(network.weights[f"W{layer}"]), table[f"W{layer}"].shape[1]
            work.layer[index] = Layer(
                units=units,
                width=width,
                W=kept.keep(f"W{layer}", table[f"W{layer}"]),
                V=kept.keep(f"V{layer}", table[f"V{layer}"]) if f"V{layer}" in table else None,
                O=kept.keep(f"O{layer}", table[f"O{layer}"]) if f"O{layer}" in table else None,
                U=kept.new(f"U{layer}", (rows, width), dtype),
                states=kept.new(f"states{layer}", (len(neuron.states), rows, width), dtype) if neuron.kept else None,
                spikes=kept.new(f"spikes{layer}", (rows * units,), np.uint16),
                spike_starts=kept.new(f"spike_starts{layer}", (rows + places,), np.uint32),
            )
        work.classes, work.class_width = len(network.weights["W_out"]), table["W_out"].shape[1]
        work.W_out = kept.keep("W_out", table["W_out"])
        work.block_steps = max(1, _CACHED // (CHUNK * widest * dtype.itemsize))
        # Forward: the states of every sample and one row at rest; backward: the delivered error, costates and lambda_I.
        work.scratch_size = (max(len(neuron.states), len(neuron.costates)) + 2) * CHUNK * widest
        work.y_rows = self._class_rows(work, kept, "y", places)
        readout = self._readout(work)
        library = kernels(dtype, network.spike.derivative, as_c(neuron))
        return CpuTraces(network, inputs, work, library, kept, readout)

    def _set_inputs(self, work: Work, kept: Kept, inputs: Inputs, W: np.ndarray) -> None:
        if isinstance(inputs, Driven):
            work.steps, work.samples, work.inputs = inputs.drive.shape
            if inputs.direction.shape != inputs.drive.shape:
                raise ValueError(f"a direction {inputs.direction.shape} does not suit a drive {inputs.drive.shape}")
            drive, direction = (by_step(array, W.shape[1], self._dtype) for array in (inputs.drive, inputs.direction))
            work.drive, work.direction = kept.keep("drive", drive), kept.keep("direction", direction)
            work.drive_step, work.direction_step = (array.strides[0] // array.itemsize for array in (drive, direction))
            work.size = inputs.size
            return
        if not isinstance(inputs, Events):
            work.steps, work.samples, work.inputs = inputs.shape
            work.dense = kept.new("dense", (work.samples * work.steps, work.inputs), self._dtype)
            to_rows(inputs, kept["dense"], work)
            return
        if inputs.units.dtype != np.uint16:
            raise ValueError(f"units of events must be uint16, not {inputs.units.dtype}")
        work.samples, work.steps, work.inputs = inputs.samples, inputs.steps, inputs.inputs
        work.events = kept.keep("units", np.ascontiguousarray(inputs.units))
        work.event_offsets = kept.keep("offsets", np.ascontiguousarray(inputs.offsets, np.int64))
        work.event_index = kept.keep("index", np.ascontiguousarray(inputs.index, np.int64))

    def _adjoint(self, traces: CpuTraces, errors: Errors, rule: Rule) -> tuple[Work, Kept]:
        """Run the adjoint scan from given errors."""
        work, kept = self._prepared_adjoint(traces, rule, chunk_count(traces.work.samples))
        to_rows(errors.readout, kept["lambda_y"], work)
        for index, local in enumerate(errors.local):
            errors_of_layer = f"errors{index + 1}"
            work.layer[index].local_errors = self._class_rows(work, kept, errors_of_layer, chunk_count(work.samples))
            to_rows(local, kept[errors_of_layer], work)
        self._run(traces.library.adjoint, work)
        return work, kept

    def _prepared_adjoint(self, traces: CpuTraces, rule: Rule, places: int) -> tuple[Work, Kept]:
        """The work of an adjoint scan, all but its errors, and the arrays that it needs beside the traces'."""
        network, dtype, kept = traces.network, self._dtype, Kept(self._memory)
        work = Work.from_buffer_copy(traces.work)
        rows, blocks = places * CHUNK * work.steps, places * -(-work.steps // work.block_steps)
        work.source, work.reset = SOURCES[rule.source], work.theta if rule.through_reset else 0
        work.truncation = rule.truncation or work.steps
        work.trace = TRACES[type(rule.trace)]
        if isinstance(rule.trace, TwoSided):
            work.trace_decay, work.factor_decay, work.noncausal = rule.trace
        if isinstance(rule.trace, Smoothed):
            work.trace_decay = work.factor_decay = rule.trace.decay
            work.alpha, work.beta, *_ = require_leaky(network.dynamics)
        work.lambda_y = self._class_rows(work, kept, "lambda_y", places)
        if rule.instantaneous:
            work.error_y = self._class_rows(work, kept, "error_y", places)
        self._set_deliveries(work, kept, network, rule)
        for layer in network.hidden:
            own = work.layer[layer - 1]
            own.lambda_I = kept.new(f"lambda_I{layer}", (rows, own.width), dtype)
            if rule.instantaneous:
                own.passed_down = kept.new(f"passed_down{layer}", (rows, own.width), dtype)
            if rule.trace is not None:
                own.factor = kept.new(f"factor{layer}", (rows, own.width), dtype)
            own.spike_rows = kept.new(f"spike_rows{layer}", (rows * own.units,), np.uint16)
            own.spike_rows_starts = kept.new(f"spike_rows_starts{layer}", (blocks * (own.units + 1),), np.uint32)
        if isinstance(traces.inputs, Events):
            work.event_rows_starts = kept.new("event_rows_starts", (blocks * (work.inputs + 1),), np.uint32)
            self._set_event_rows(work, kept, traces.inputs, places)
        return work, kept

    def _set_deliveries(self, work: Work, kept: Kept, network: Network, rule: Rule) -> None:
        """The matrices that carry errors, as they are now."""
        for layer, delivery in deliveries(rule, network.weights, network.feedback).items():
            own, V_back = work.layer[layer - 1], recurrence(rule, layer, network.weights, network.feedback)
            own.delivery = kept.keep(f"delivery{layer}", padded(delivery, own.width, self._dtype))
            if (O := shortcut(rule, layer, network.weights)) is not None:
                own.shortcut = kept.keep(f"shortcut{layer}", padded(O, own.width, self._dtype))
            if (B := local_readout(rule, layer, network.feedback)) is not None:
                own.local_delivery = kept.keep(f"local_delivery{layer}", padded(B, own.width, self._dtype))
            if V_back is not None:
                own.V_back = kept.keep(f"V_back{layer}", padded(V_back, own.width, self._dtype))

    def _set_event_rows(self, work: Work, kept: Kept, events: Events, places: int) -> None:
        """Room for the events of so many chunks sorted by unit."""
        work.event_capacity = _events_of_fullest_chunk(events)
        work.event_rows = kept.new("event_rows", (places * work.event_capacity,), np.uint16)

    def _readout(self, work: Work) -> np.ndarray:
        readout = by_class(work.classes, work.steps, work.samples, self._dtype, self._memory)
        work.y = strided(readout)
        return readout

    def _new_gradients(self, traces: CpuTraces, work: Work) -> dict[str, np.ndarray]:
        """Matrices of the weights' shapes, where the kernels will add up the gradients."""
        refuse_driven(isinstance(traces.inputs, Driven))
        work.parts = part_count(work.samples)
        weights = traces.network.weights
        new = {name: placed(array.shape, self._dtype, self._memory, work.parts) for name, array in weights.items()}
        work.dW_out = address(new["W_out"].table)
        for index, layer in enumerate(traces.network.hidden):
            work.layer[index].dW = address(new[f"W{layer}"].table)
            if f"V{layer}" in new:
                work.layer[index].dV = address(new[f"V{layer}"].table)
            if f"O{layer}" in new:
                work.layer[index].dO = address(new[f"O{layer}"].table)
        return {name: one.array for name, one in new.items()}

    def _finished(self, gradients: dict[str, np.ndarray], traces: CpuTraces) -> dict[str, np.ndarray]:
        """What the kernels leave out of the gradients: zero diagonals."""
        for layer in traces.network.hidden:
            if f"V{layer}" in gradients:
                np.fill_diagonal(gradients[f"V{layer}"], 0)
        return gradients

    def _class_rows(self, work: Work, kept: Kept, name: str, places: int) -> int:
        return kept.new(name, (places * CHUNK * work.steps, work.class_width), self._dtype)

    def _run(self, task: Callable[..., object], work: Work) -> None:
        """Do one of the kernels' tasks."""
        scratch = self._memory.array((self._threads, work.scratch_size), self._dtype)
        work.scratch, work.next = address(scratch), 0
        in_parallel(task, work, self._threads)


class _Lesson(NamedTuple):
    """What a batch was learned with; weights stay where they are while their values change."""

    traces: CpuTraces
    weights: tuple[np.ndarray, ...]
    rule: Rule
    work: Work
    kept: Kept
    places: int  # chunks that are kept at a time

    def suits(self, network: Network, inputs: Events, rule: Rule) -> bool:
        """Whether the arrays serve a batch of other samples of the same recordings just as well."""
        before = self.traces.inputs
        return (
            self.traces.network is network
            and self.rule is rule
            and list(map(id, network.weights.values())) == list(map(id, self.weights))
            and all(map(is_placed, self.weights))
            and isinstance(before, Events)
            and inputs.units is before.units
            and inputs.offsets is before.offsets
            and (inputs.samples, inputs.steps, inputs.inputs) == (before.samples, before.steps, before.inputs)
        )


def _extent(inputs: Inputs) -> tuple[int, int]:
    """Numbers of steps and samples."""
    if isinstance(inputs, Events):
        return inputs.steps, inputs.samples
    steps, samples, _ = (inputs.drive if isinstance(inputs, Driven) else inputs).shape
    return steps, samples


def _first_adjoint(kept: Kept, rule: Rule) -> np.ndarray:
    """The rows of what the first layer passes down."""
    return kept["passed_down1" if rule.instantaneous else "lambda_I1"]


def _events_of_fullest_chunk(events: Events) -> int:
    T = events.steps
    counts = events.offsets[(events.index + 1) * T] - events.offsets[events.index * T]
    return int(np.add.reduceat(counts, np.arange(0, len(counts), CHUNK)).max())
