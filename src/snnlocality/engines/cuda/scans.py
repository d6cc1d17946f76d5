"""Scans over time: one kernel runs all steps of a layer with its state in registers.

A scan moves each array through memory once: forward it reads the drive and writes potentials and spikes, backward it
reads the delivered error and the potentials and writes lambda_I, so three numbers per unit and step either way.
Without recurrence every unit is a scan of its own. With recurrence a program owns all units of a sample, so that
programs need not wait for each other. It holds V in its registers. Where V is too large, it takes a few samples and
reads V in tiles at every step; what its units sent a step ago it reads back from where it wrote it.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl
from torch import Tensor

from snnlocality.engines.cuda.device import loop_bound, multiprocessors
from snnlocality.engines.cuda.formulas import SLOTS, as_triton, neuron_functions
from snnlocality.errors import UserError
from snnlocality.neurons.neuron import Dynamics
from snnlocality.neurons.spikes import SpikeFunction

PREFETCH = tl.constexpr(6)  # steps whose loads are under way at once

_BLOCK, _WARPS = 64, 2  # units of a program without recurrence: few, since a batch has few and a card many processors
# With recurrence: bytes of V that fit the registers of a program of 8 warps.
_HELD_BYTES = 2**18
# Else V comes in tiles (sources times units; tl.dot takes no fewer than 16 sources), two of them if the shared memory
# of a small card has room; and the sums of a program (samples times units) must fit its registers.
_LEAST_SOURCES, _MOST_TILE_BYTES = 16, 2**16
_MOST_SAMPLES, _MOST_SUMS = 16, 4096

_Sizes = tuple[int | np.integer, int, int]  # T (``loop_bound``), size of a replica, and columns or samples


@triton.jit
def _keep(kept, at, plane, x0, x1, x2, inside):
    tl.store(kept + at, x0, mask=inside)
    tl.store(kept + (at + plane), x1, mask=inside)
    tl.store(kept + (at + plane + plane), x2, mask=inside)


@triton.jit
def _adjoint_step(
    c0,
    c1,
    c2,
    G,
    potential,
    kept,
    at,
    plane,
    inside,
    theta: tl.constexpr,
    reset: tl.constexpr,  # theta where credit goes through the reset, else 0
    adjoint: tl.constexpr,
    derivative: tl.constexpr,
    KEPT: tl.constexpr,
):
    h = derivative(potential - theta)
    x0, x1, x2, b0, b1, b2 = h, h, h, h, h, h  # whatever: what is not kept is not used
    if KEPT:
        x0 = tl.load(kept + at, mask=inside, other=0)
        at += plane  # a step of 64 bits each: several planes may be more than 32 bits count
        x1 = tl.load(kept + at, mask=inside, other=0)
        at += plane
        x2 = tl.load(kept + at, mask=inside, other=0)
        at += plane
        b0 = tl.load(kept + at, mask=inside, other=0)
        at += plane
        b1 = tl.load(kept + at, mask=inside, other=0)
        at += plane
        b2 = tl.load(kept + at, mask=inside, other=0)
    return adjoint(c0, c1, c2, G, h, x0, x1, x2, b0, b1, b2, reset)


@triton.jit
def _simulate(
    drive,
    potentials,
    spikes,
    kept,
    plane,
    T,
    size,
    columns,
    theta: tl.constexpr,
    step: tl.constexpr,
    emit: tl.constexpr,
    KEPT: tl.constexpr,
    BLOCK: tl.constexpr,
):
    column = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = column < columns
    at = tl.program_id(1).to(tl.int64) * size + column
    x0 = tl.zeros((BLOCK,), drive.dtype.element_ty)
    x1 = tl.zeros((BLOCK,), drive.dtype.element_ty)
    x2 = tl.zeros((BLOCK,), drive.dtype.element_ty)
    s = tl.zeros((BLOCK,), drive.dtype.element_ty)
    for _ in tl.range(0, T, num_stages=PREFETCH):
        current = tl.load(drive + at, mask=inside, other=0)
        x0, x1, x2, potential = step(x0, x1, x2, s, current)
        s = emit(potential - theta)
        tl.store(potentials + at, potential, mask=inside)
        tl.store(spikes + at, s, mask=inside)
        if KEPT:
            _keep(kept, at, plane, x0, x1, x2, inside)
        at += columns


@triton.jit
def _adjoint(
    delivered,
    potentials,
    result,
    kept,
    plane,
    T,
    size,
    columns,
    theta: tl.constexpr,
    reset: tl.constexpr,
    adjoint: tl.constexpr,
    derivative: tl.constexpr,
    KEPT: tl.constexpr,
    BLOCK: tl.constexpr,
):
    column = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = column < columns
    at = tl.program_id(1).to(tl.int64) * size + size - columns + column
    c0 = tl.zeros((BLOCK,), delivered.dtype.element_ty)
    c1 = tl.zeros((BLOCK,), delivered.dtype.element_ty)
    c2 = tl.zeros((BLOCK,), delivered.dtype.element_ty)
    lambda_I = tl.zeros((BLOCK,), delivered.dtype.element_ty)
    for _ in tl.range(0, T, num_stages=PREFETCH):
        G = tl.load(delivered + at, mask=inside, other=0)
        potential = tl.load(potentials + at, mask=inside, other=0)
        c0, c1, c2, lambda_I = _adjoint_step(
            c0,
            c1,
            c2,
            G,
            potential,
            kept,
            at,
            plane,
            inside,
            theta,
            reset,
            adjoint,
            derivative,
            KEPT,
        )
        tl.store(result + at, lambda_I, mask=inside)
        at -= columns


@triton.jit
def _leaky_sum(drive, result, T, size, columns, start, stride, decay: tl.constexpr, BLOCK: tl.constexpr):
    column = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = column < columns
    at = tl.program_id(1).to(tl.int64) * size + start + column
    value = tl.zeros((BLOCK,), drive.dtype.element_ty)
    for _ in tl.range(0, T, num_stages=PREFETCH):
        value = decay * value + tl.load(drive + at, mask=inside, other=0)
        tl.store(result + at, value, mask=inside)
        at += stride


@triton.jit
def _simulate_held(
    drive,
    matrix,  # V^T
    potentials,
    spikes,
    kept,
    plane,
    T,
    size,
    B,
    theta: tl.constexpr,
    step: tl.constexpr,
    emit: tl.constexpr,
    KEPT: tl.constexpr,
    N: tl.constexpr,
    UNITS: tl.constexpr,
):
    unit = tl.arange(0, UNITS)
    inside = unit < N
    replica = tl.program_id(1).to(tl.int64)
    weights = _whole_matrix(matrix + replica * N * N, N, UNITS)
    at = replica * size + tl.program_id(0) * N + unit
    x0 = tl.zeros((UNITS,), drive.dtype.element_ty)
    x1 = tl.zeros((UNITS,), drive.dtype.element_ty)
    x2 = tl.zeros((UNITS,), drive.dtype.element_ty)
    s = tl.zeros((UNITS,), drive.dtype.element_ty)
    for _ in tl.range(0, T, num_stages=PREFETCH):
        current = tl.load(drive + at, mask=inside, other=0) + tl.sum(s[:, None] * weights, axis=0)
        x0, x1, x2, potential = step(x0, x1, x2, s, current)
        s = emit(potential - theta)
        tl.store(potentials + at, potential, mask=inside)
        tl.store(spikes + at, s, mask=inside)
        if KEPT:
            _keep(kept, at, plane, x0, x1, x2, inside)
        at += B * N


@triton.jit
def _adjoint_held(
    delivered,
    matrix,  # V
    potentials,
    result,
    kept,
    plane,
    T,
    size,
    B,
    theta: tl.constexpr,
    reset: tl.constexpr,
    adjoint: tl.constexpr,
    derivative: tl.constexpr,
    KEPT: tl.constexpr,
    N: tl.constexpr,
    UNITS: tl.constexpr,
):
    unit = tl.arange(0, UNITS)
    inside = unit < N
    replica = tl.program_id(1).to(tl.int64)
    weights = _whole_matrix(matrix + replica * N * N, N, UNITS)
    at = (replica + 1) * size - (B - tl.program_id(0)) * N + unit
    c0 = tl.zeros((UNITS,), delivered.dtype.element_ty)
    c1 = tl.zeros((UNITS,), delivered.dtype.element_ty)
    c2 = tl.zeros((UNITS,), delivered.dtype.element_ty)
    lambda_I = tl.zeros((UNITS,), delivered.dtype.element_ty)
    for _ in tl.range(0, T, num_stages=PREFETCH):
        G = tl.load(delivered + at, mask=inside, other=0) + tl.sum(lambda_I[:, None] * weights, axis=0)
        potential = tl.load(potentials + at, mask=inside, other=0)
        c0, c1, c2, lambda_I = _adjoint_step(
            c0,
            c1,
            c2,
            G,
            potential,
            kept,
            at,
            plane,
            inside,
            theta,
            reset,
            adjoint,
            derivative,
            KEPT,
        )
        tl.store(result + at, lambda_I, mask=inside)
        at -= B * N


@triton.jit
def _whole_matrix(matrix, N: tl.constexpr, UNITS: tl.constexpr):
    row = tl.arange(0, UNITS)[:, None]
    column = tl.arange(0, UNITS)[None, :]
    return tl.load(matrix + row * N + column, mask=(row < N) & (column < N), other=0)


@triton.jit
def _times_matrix(
    total, left, matrix, rows, columns, there, N: tl.constexpr, SOURCES: tl.constexpr, TILES: tl.constexpr
):
    """``total`` + left @ matrix: ``left`` the units (samples, N) of one step, ``matrix`` (N, N)."""
    for first in tl.range(0, N, SOURCES, num_stages=TILES + 1):
        source = first + tl.arange(0, SOURCES)
        values = tl.load(
            left + rows[:, None] * N + source[None, :], mask=there[:, None] & (source < N)[None, :], other=0
        )
        weights = tl.load(
            matrix + source[:, None] * N + columns[None, :],
            mask=(source < N)[:, None] & (columns < N)[None, :],
            other=0,
        )
        total = tl.dot(values, weights, total, input_precision="ieee", out_dtype=total.dtype)
    return total


@triton.jit
def _simulate_tiled(
    drive,
    matrix,  # V^T
    potentials,
    spikes,
    kept,
    plane,
    T,
    size,
    B,
    theta: tl.constexpr,
    step: tl.constexpr,
    emit: tl.constexpr,
    KEPT: tl.constexpr,
    N: tl.constexpr,
    SAMPLES: tl.constexpr,
    UNITS: tl.constexpr,
    SOURCES: tl.constexpr,
    TILES: tl.constexpr,
):
    sample = tl.program_id(0) * SAMPLES + tl.arange(0, SAMPLES)
    unit = tl.arange(0, UNITS)
    inside = (sample < B)[:, None] & (unit < N)[None, :]
    replica = tl.program_id(1).to(tl.int64)
    first = replica * size
    at = sample[:, None] * N + unit[None, :]
    x0 = tl.zeros((SAMPLES, UNITS), drive.dtype.element_ty)
    x1 = tl.zeros((SAMPLES, UNITS), drive.dtype.element_ty)
    x2 = tl.zeros((SAMPLES, UNITS), drive.dtype.element_ty)
    s = tl.zeros((SAMPLES, UNITS), drive.dtype.element_ty)
    # One stage: loads of a step must not be moved before the step that wrote what they read.
    for t in tl.range(0, T, num_stages=1):
        current = tl.load(drive + first + at, mask=inside, other=0)
        if t > 0:
            current = _times_matrix(
                current, spikes + first - B * N, matrix + replica * N * N, sample, unit, sample < B, N, SOURCES, TILES
            )
        x0, x1, x2, potential = step(x0, x1, x2, s, current)
        s = emit(potential - theta)
        tl.store(potentials + first + at, potential, mask=inside)
        tl.store(spikes + first + at, s, mask=inside)
        if KEPT:
            _keep(kept, first + at, plane, x0, x1, x2, inside)
        first += B * N
        tl.debug_barrier()


@triton.jit
def _adjoint_tiled(
    delivered,
    matrix,  # V
    potentials,
    result,
    kept,
    plane,
    T,
    size,
    B,
    theta: tl.constexpr,
    reset: tl.constexpr,
    adjoint: tl.constexpr,
    derivative: tl.constexpr,
    KEPT: tl.constexpr,
    N: tl.constexpr,
    SAMPLES: tl.constexpr,
    UNITS: tl.constexpr,
    SOURCES: tl.constexpr,
    TILES: tl.constexpr,
):
    sample = tl.program_id(0) * SAMPLES + tl.arange(0, SAMPLES)
    unit = tl.arange(0, UNITS)
    inside = (sample < B)[:, None] & (unit < N)[None, :]
    replica = tl.program_id(1).to(tl.int64)
    first = (replica + 1) * size - B * N
    at = sample[:, None] * N + unit[None, :]
    c0 = tl.zeros((SAMPLES, UNITS), delivered.dtype.element_ty)
    c1 = tl.zeros((SAMPLES, UNITS), delivered.dtype.element_ty)
    c2 = tl.zeros((SAMPLES, UNITS), delivered.dtype.element_ty)
    lambda_I = tl.zeros((SAMPLES, UNITS), delivered.dtype.element_ty)
    for t in tl.range(0, T, num_stages=1):  # as in _simulate_tiled
        G = tl.load(delivered + first + at, mask=inside, other=0)
        potential = tl.load(potentials + first + at, mask=inside, other=0)
        if t > 0:
            G = _times_matrix(
                G, result + first + B * N, matrix + replica * N * N, sample, unit, sample < B, N, SOURCES, TILES
            )
        c0, c1, c2, lambda_I = _adjoint_step(
            c0,
            c1,
            c2,
            G,
            potential,
            kept,
            first + at,
            plane,
            inside,
            theta,
            reset,
            adjoint,
            derivative,
            KEPT,
        )
        tl.store(result + first + at, lambda_I, mask=inside)
        first -= B * N
        tl.debug_barrier()


class Layer(NamedTuple):
    """What a layer leaves, (R, T, B, N) each."""

    potentials: Tensor
    spikes: Tensor
    kept: Tensor | None  # the neuron's states, (SLOTS, R, T, B, N), if its adjoint needs them


def simulate(dynamics: Dynamics, spike: SpikeFunction, drive: Tensor, V: Tensor | None) -> Layer:
    """One layer, as ``drive`` = W s_below, (R, T, B, N); ``V``: (R, N, N) if recurrent."""
    potentials, spikes = torch.empty_like(drive), torch.empty_like(drive)
    keeps = dynamics.neuron.kept
    kept = drive.new_empty((SLOTS, *drive.shape)) if keeps else None
    step, _ = neuron_functions(dynamics)
    emit = as_triton(spike.emit, spike.slope)
    neuron = {"theta": dynamics.theta, "step": step, "emit": emit, "KEPT": keeps}
    left = (potentials, spikes, drive if kept is None else kept, drive.numel())
    if V is None:
        launch, columns = _columns(drive)
        _simulate[launch](drive, *left, *columns, **neuron, BLOCK=_BLOCK, num_warps=_WARPS)
    else:
        kernel, launch, samples, block = _samples(drive, _simulate_held, _simulate_tiled)
        kernel[launch](drive, V.mT.contiguous(), *left, *samples, **neuron, **block)
    return Layer(potentials, spikes, kept)


def adjoint(
    dynamics: Dynamics,
    spike: SpikeFunction,
    delivered: Tensor,
    potentials: Tensor,
    *states: Tensor,
    V: Tensor | None,
    reset: float,
) -> Tensor:
    """lambda_I (R, T, B, N) of one layer from the error delivered to it.

    ``states``: what ``Layer.kept`` holds, if anything, then the same of the step before. ``V``: if credit goes through
    recurrence; ``reset``: theta if credit goes through it, else 0.
    """
    _, backwards = neuron_functions(dynamics)
    derivative = as_triton(spike.derivative, spike.slope)
    neuron = {"theta": dynamics.theta, "reset": reset, "adjoint": backwards, "derivative": derivative}
    result = torch.empty_like(delivered)
    kept = torch.stack(states) if states else delivered
    left = (potentials, result, kept, delivered.numel())
    if V is None:
        launch, columns = _columns(delivered)
        _adjoint[launch](delivered, *left, *columns, **neuron, KEPT=bool(states), BLOCK=_BLOCK, num_warps=_WARPS)
    else:
        kernel, launch, samples, block = _samples(delivered, _adjoint_held, _adjoint_tiled)
        kernel[launch](delivered, V.contiguous(), *left, *samples, **neuron, KEPT=bool(states), **block)
    return result


def leaky_sum(drive: Tensor, decay: float) -> Tensor:
    """y[t] = decay y[t-1] + drive[t], all (R, T, B, N)."""
    return _filtered(drive, decay, first_step=0, direction=1)


def leaky_sum_backwards(drive: Tensor, decay: float) -> Tensor:
    """y[t] = decay y[t+1] + drive[t], all (R, T, B, N)."""
    return _filtered(drive, decay, first_step=drive.shape[1] - 1, direction=-1)


def _filtered(drive: Tensor, decay: float, first_step: int, direction: int) -> Tensor:
    result = torch.empty_like(drive)
    launch, (T, size, columns) = _columns(drive)
    _leaky_sum[launch](
        drive, result, T, size, columns, first_step * columns, direction * columns, decay, _BLOCK, num_warps=_WARPS
    )
    return result


def _columns(array: Tensor) -> tuple[tuple[int, int], _Sizes]:
    """Without recurrence: the grid, and the arguments T, size of a replica, columns."""
    R, T, B, N = array.shape
    return (triton.cdiv(B * N, _BLOCK), R), (loop_bound(T), T * B * N, B * N)


def _samples(
    array: Tensor, held: triton.JITFunction, tiled: triton.JITFunction
) -> tuple[triton.JITFunction, tuple[int, int], _Sizes, dict[str, int]]:
    """With recurrence: the kernel, the grid, the arguments T, size of a replica, samples, and what is compiled in.

    Where V fits a program's registers, a program takes one sample. Else it takes as many as keep every multiprocessor
    busy, since they share the loads of V.
    """
    R, T, B, N = array.shape
    units = max(triton.next_power_of_2(N), _LEAST_SOURCES)
    samples, row = (loop_bound(T), T * B * N, B), units * array.element_size()
    if units * row <= _HELD_BYTES:
        return held, (B, R), samples, {"N": N, "UNITS": units, "num_warps": 8}
    if _LEAST_SOURCES * row > _MOST_TILE_BYTES:
        most = _MOST_TILE_BYTES // _LEAST_SOURCES // array.element_size()
        raise UserError(
            f"The CUDA engine takes recurrent layers of at most {most} units and this one has {N}; "
            "choose the engine reference."
        )
    share = 2 ** int(math.log2(triton.cdiv(R * B, multiprocessors(array.device))))
    together = min(share, _MOST_SAMPLES, _MOST_SUMS // units)
    block = {
        "N": N,
        "SAMPLES": together,
        "UNITS": units,
        "SOURCES": _LEAST_SOURCES,
        "TILES": 2 if 2 * _LEAST_SOURCES * row <= _MOST_TILE_BYTES else 1,
    }
    return tiled, (triton.cdiv(B, together), R), samples, block | {"num_warps": 8}
