"""Event input: rows of W_1^T summed as events name them, and the gradient that goes the opposite way.

Both are sums over bags of rows of a table, in a fixed order, so results do not change from run to run: forward a bag
holds the events of one sample and step, and the table is W_1^T; backward a bag holds the events of one input unit,
and the table is lambda_I. No dense input is ever made.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl
from torch import Tensor

from snnlocality.data.inputs import Events
from snnlocality.engines.cuda.device import Device

_EVENTS, _UNITS = 32, 128  # of one load; many rows must be under way at once, since each comes from anywhere


class PackedEvents(NamedTuple):
    """A packed set of recordings on the device: see ``data.inputs.Events``."""

    units: Tensor  # (events,) uint16
    offsets: Tensor  # (recordings * steps + 1,) int64


class EventRows(NamedTuple):
    """Event input of a batch on the device."""

    packed: PackedEvents
    index: Tensor  # type: ignore[assignment]  # hides tuple's; (R, B) int64, the recording of every sample
    steps: int
    inputs: int
    most: int  # events of one replica's batch, or any larger number


class _Same:
    """An array as a key: the same object, not an equal one."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.array is self.array


def resident(units: np.ndarray, offsets: np.ndarray, device: Device) -> PackedEvents:
    """The packed set on the device: uploaded once, since the batches of a data set are views of the same arrays.

    The arrays must not be changed in place afterwards; the last few sets are kept.
    """
    return _upload(_Same(units), _Same(offsets), device)


@lru_cache(maxsize=4)
def _upload(units: _Same, offsets: _Same, device: Device) -> PackedEvents:
    return PackedEvents(device.copy(units.array), device.copy(offsets.array))


def event_rows(events: Events, device: Device) -> EventRows:
    """A batch of one replica on the device."""
    index, T = events.index, events.steps
    total = int((events.offsets[(index + 1) * T] - events.offsets[index * T]).sum())
    packed = resident(events.units, events.offsets, device)
    return EventRows(packed, device.copy(index)[None], T, events.inputs, total)


def drive(rows: EventRows, W: Tensor) -> Tensor:
    """W x[t] for all steps, (R, T, B, N); ``W``: (R, N, inputs)."""
    starts, ends = _bounds(rows)
    sums: Tensor = _bag_sums(rows.packed.units, starts, ends, W.mT.contiguous()).unflatten(1, (rows.steps, -1))
    return sums


def input_gradient(rows: EventRows, lambda_I: Tensor) -> Tensor:
    """Sum over steps and samples of lambda_I[t] x[t]^T, (R, N, inputs); ``lambda_I``: (R, T, B, N)."""
    row_of_event, starts, ends = _by_unit(rows)
    return _bag_sums(row_of_event, starts, ends, lambda_I.flatten(1, 2)).mT


def _bounds(rows: EventRows) -> tuple[Tensor, Tensor]:
    """First event and end of every step and sample, row t * B + b: (R, T * B) each."""
    steps = torch.arange(rows.steps, device=rows.index.device)
    at = (rows.index[:, None, :] * rows.steps + steps[:, None]).flatten(1)
    return rows.packed.offsets[at], rows.packed.offsets[at + 1]


def _by_unit(rows: EventRows) -> tuple[Tensor, Tensor, Tensor]:
    """The row of every event, sorted by unit, and each unit's first and end among them: (R * most), 2 x (R, inputs).

    Shapes do not depend on the data, so that a CUDA graph can hold this; what is left of ``most`` is sorted to the
    end as a unit that does not exist.
    """
    starts, ends = _bounds(rows)
    listed = (ends - starts).cumsum(1)  # events up to and with every row
    number = torch.arange(rows.most, device=starts.device).expand(len(starts), -1).contiguous()
    row = torch.searchsorted(listed, number, right=True).clamp_(max=starts.shape[1] - 1)
    event = ends.gather(1, row) - listed.gather(1, row) + number
    exists = number < listed[:, -1:]
    # PyTorch knows little of unsigned numbers: the same bits as signed ones, then back.
    unit = rows.packed.units.view(torch.int16)[torch.where(exists, event, 0)].to(torch.int32) & 0xFFFF
    unit, order = torch.where(exists, unit, rows.inputs).sort(dim=1, stable=True)
    edges = torch.arange(rows.inputs + 1, device=unit.device, dtype=unit.dtype).expand(len(unit), -1).contiguous()
    edges = torch.searchsorted(unit, edges) + rows.most * torch.arange(len(unit), device=unit.device)[:, None]
    return row.gather(1, order).flatten(), edges[:, :-1].contiguous(), edges[:, 1:].contiguous()


def _bag_sums(entries: Tensor, starts: Tensor, ends: Tensor, table: Tensor) -> Tensor:
    """result[r, i] = sum of table[r, entries[e]] over e from starts[r, i] to ends[r, i]: (R, bags, N)."""
    (R, bags), (_, rows, N) = starts.shape, table.shape
    result = table.new_empty((R, bags, N))
    grid = (bags, R, triton.cdiv(N, _UNITS))
    units = min(triton.next_power_of_2(N), _UNITS)
    _bag_sum[grid](entries, starts, ends, table, result, bags, rows, N, units, _EVENTS)
    return result


@triton.jit
def _bag_sum(
    entries, starts, ends, table, result, bags, rows, N: tl.constexpr, UNITS: tl.constexpr, EVENTS: tl.constexpr
):
    replica = tl.program_id(1).to(tl.int64)
    bag = replica * bags + tl.program_id(0)
    unit = tl.program_id(2) * UNITS + tl.arange(0, UNITS)
    inside = unit < N
    table += replica * rows * N
    total = tl.zeros((EVENTS, UNITS), table.dtype.element_ty)
    first = tl.load(starts + bag)
    end = tl.load(ends + bag)
    while first < end:
        event = first + tl.arange(0, EVENTS)
        listed = event < end
        entry = tl.load(entries + event, mask=listed, other=0).to(tl.int64)
        total += tl.load(table + entry[:, None] * N + unit[None, :], mask=listed[:, None] & inside[None, :], other=0)
        first += EVENTS
    tl.store(result + bag * N + unit, tl.sum(total, axis=0), mask=inside)
