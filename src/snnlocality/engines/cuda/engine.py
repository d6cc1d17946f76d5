"""The CUDA engine: ``passes`` behind the interface of all engines, NumPy arrays in and out.

It has not yet been measured on a graphics card; its kernels are tested in Triton's interpreter.
"""

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from snnlocality.data.inputs import Driven, Events, Inputs
from snnlocality.engines.cuda import passes
from snnlocality.engines.cuda.device import find_device
from snnlocality.engines.cuda.events import event_rows
from snnlocality.engines.interface import Engine, as_dense, refuse_driven
from snnlocality.engines.values import Errors
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Weights


class CudaTraces:
    """See ``values.Traces``; the arrays stay on the device until they are asked for."""

    def __init__(self, model: passes.Model, simulation: passes.Simulation, driven: bool) -> None:
        self.model, self.simulation = model, simulation
        self.driven = driven  # whether the input is what a first layer was driven by

    @cached_property
    def readout(self) -> np.ndarray:
        """See ``values.Traces.readout``."""
        return _array(self.simulation.readout)

    @cached_property
    def spikes(self) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.spikes``."""
        return tuple(map(_array, self.simulation.spikes))

    @cached_property
    def potentials(self) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.potentials``."""
        return tuple(map(_array, self.simulation.potentials))

    def project(self, layer: int, matrix: np.ndarray) -> np.ndarray:
        """See ``values.Traces.project``."""
        spikes = self.simulation.spikes[layer - 1]
        return _array(passes.product(spikes, torch.from_numpy(matrix).to(spikes)[None].mT))

    def spike_counts(self, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        """See ``values.Traces.spike_counts``."""
        counted = torch.from_numpy(mask).to(self.simulation.readout)[None]
        return tuple(_array(passes.spike_counts(spikes, counted)) for spikes in self.simulation.spikes)


class CudaEngine(Engine):
    """Fused kernels on an NVIDIA graphics card. ``dtype`` torch.float64 is for ground truth.

    Raises UserError where there is no card.
    """

    name = "cuda"

    def __init__(self, dtype: torch.dtype = torch.float32) -> None:
        self._device = find_device(dtype)

    def forward(self, network: Network, inputs: Inputs) -> CudaTraces:
        """See ``interface.Engine.forward``."""
        if driven := isinstance(inputs, Driven):
            network, inputs = as_dense(network, inputs)
        model = passes.Model(
            network.dynamics, network.spike, self._one_replica(network.weights), self._one_replica(network.feedback)
        )
        rows = event_rows(inputs, self._device) if isinstance(inputs, Events) else self._dense(inputs)
        return CudaTraces(model, passes.forward(model, rows), driven)

    # An engine gets its own traces back.
    def backward(  # type: ignore[override]
        self, traces: CudaTraces, errors: Errors, rule: Rule
    ) -> dict[str, np.ndarray]:
        """See ``interface.Engine.backward``."""
        refuse_driven(traces.driven)
        gradients, _ = self._adjoint(traces, errors, rule)
        return {name: _array(gradient) for name, gradient in gradients.items()}

    def input_adjoint(self, traces: CudaTraces, errors: Errors, rule: Rule) -> np.ndarray:  # type: ignore[override]
        """See ``interface.Engine.input_adjoint``."""
        return _array(self._adjoint(traces, errors, rule)[1])

    def place(self, weights: Weights) -> dict[str, np.ndarray]:
        """See ``interface.Engine.place``."""
        # Event input reads W_1 by column.
        return {name: np.array(array, order="F" if name == "W1" else "C") for name, array in weights.items()}

    def _adjoint(self, traces: CudaTraces, errors: Errors, rule: Rule) -> tuple[dict[str, Tensor], Tensor]:
        local = [self._dense(error) for error in errors.local]
        return passes.backward(traces.model, traces.simulation, self._dense(errors.readout), local, rule)

    def _one_replica(self, weights: Weights) -> dict[str, Tensor]:
        return {name: self._device.tensor(array)[None] for name, array in weights.items()}

    def _dense(self, array: np.ndarray) -> Tensor:
        return self._device.tensor(array)[None].contiguous()


def _array(tensor: Tensor) -> np.ndarray:
    return tensor[0].cpu().numpy()
