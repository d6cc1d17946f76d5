"""CUDA graphs: a step of training is some dozens of short kernels, which cost less to replay than to launch.

This has not yet been measured.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from snnlocality.engines.cuda.device import Device

Step = Callable[..., None]  # of a whole number and tensors; changes other tensors in place and never waits for them
_Shape = tuple[int | torch.Size, ...]  # of a step's arguments: the number, and the tensors' shapes


def replayed(step: Step, device: Device) -> Step:
    """The same step, on a card as a CUDA graph for each shape of its arguments."""
    return _Replayed(step) if device.device.type == "cuda" else step


class _Replayed:
    """A shape's first call runs the step as it is, which compiles its kernels; the second captures it.

    Both read the tensors from the same place as all later calls: the compiler specialises kernels on alignment, and a
    capture must leave it nothing to do.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._arguments: dict[_Shape, list[Tensor]] = {}
        self._graphs: dict[_Shape, torch.cuda.CUDAGraph] = {}
        self._memory = torch.cuda.graph_pool_handle()

    def __call__(self, number: int, *tensors: Tensor) -> None:
        shape: _Shape = (number, *(tensor.shape for tensor in tensors))
        if shape not in self._arguments:
            self._arguments[shape] = [tensor.clone(memory_format=torch.contiguous_format) for tensor in tensors]
            self._step(number, *self._arguments[shape])
            return
        for argument, tensor in zip(self._arguments[shape], tensors, strict=True):
            argument.copy_(tensor)
        if shape not in self._graphs:
            self._graphs[shape] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graphs[shape], pool=self._memory):
                self._step(number, *self._arguments[shape])
        self._graphs[shape].replay()
