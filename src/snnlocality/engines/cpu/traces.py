"""What a simulation of the CPU engine leaves behind: potentials as rows, spikes as lists."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from snnlocality.data.inputs import Inputs
from snnlocality.engines.cpu.kernels import Work
from snnlocality.engines.cpu.layout import CHUNK, address, by_class, chunks, from_rows, pointer, strided, transposed
from snnlocality.engines.cpu.memory import Memory
from snnlocality.network import Network


class Kept(dict[str, np.ndarray]):
    """Named arrays that must live as long as the kernels' pointers to them."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory

    def new(self, name: str, shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> int:
        """A new array of unknown content; returns its address."""
        return self.keep(name, self._memory.array(shape, dtype))

    def keep(self, name: str, array: np.ndarray) -> int:
        """Keep an array; returns its address."""
        self[name] = array
        return address(array)


@dataclass
class CpuTraces:
    """See ``values.Traces``."""

    network: Network
    inputs: Inputs
    work: Work
    library: ctypes.CDLL
    kept: Kept
    readout: np.ndarray

    @cached_property
    def spikes(self) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.spikes``."""
        return tuple(from_rows(self._spike_rows(layer), self.work) for layer in self.network.hidden)

    @cached_property
    def potentials(self) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.potentials``."""
        return tuple(
            from_rows(self.kept[f"U{layer}"], self.work)[..., : self._units(layer)] for layer in self.network.hidden
        )

    def project(self, layer: int, matrix: np.ndarray) -> np.ndarray:
        """See ``values.Traces.project``."""
        work, dtype, memory = self.work, self.readout.dtype, Memory()
        table = transposed(matrix, dtype)
        width = table.shape[1]
        rows = memory.array((CHUNK * work.steps, width), dtype)
        out = by_class(len(matrix), work.steps, work.samples, dtype, memory)
        sizes = map(ctypes.c_int64, (len(matrix), width))
        self._call(self.library.project, layer, pointer(table), *sizes, pointer(rows), ctypes.byref(strided(out)))
        return out

    def spike_counts(self, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.spike_counts``."""
        counted = np.ascontiguousarray(mask, np.float32)
        result = tuple(np.zeros(self._units(layer)) for layer in self.network.hidden)
        for layer, counts in zip(self.network.hidden, result, strict=True):
            self._call(self.library.count_spikes, layer, pointer(counted), pointer(counts))
        return result

    def _units(self, layer: int) -> int:
        return len(self.network.weights[f"W{layer}"])

    def _call(self, function: Callable[..., object], layer: int, *arguments: object) -> None:
        function(ctypes.byref(self.work), ctypes.c_int64(layer - 1), *arguments)

    def _spike_rows(self, layer: int) -> np.ndarray:
        """Spikes of a layer as the kernels' rows: (rows, units)."""
        units = self._units(layer)
        rows = np.zeros((self.work.samples * self.work.steps, units), self.readout.dtype)
        starts, spikes = self.kept[f"spike_starts{layer}"], self.kept[f"spikes{layer}"]
        for number, chunk in enumerate(chunks(self.work)):
            own = starts[chunk.start + number : chunk.stop + number + 1]
            listed = spikes[chunk.start * units : chunk.start * units + int(own[-1])]
            rows[chunk.start + np.repeat(np.arange(len(own) - 1), np.diff(own)), listed] = 1
        return rows
