"""Where the kernels run and in which number type."""

from typing import NamedTuple

import numpy as np
import torch
import triton
from torch import Tensor

from snnlocality.errors import UserError


class Device(NamedTuple):
    """A PyTorch device and the type of all real numbers on it (float64 is for ground truth)."""

    device: torch.device
    dtype: torch.dtype

    def tensor(self, array: np.ndarray) -> Tensor:
        """A copy of an array as real numbers on the device; its layout in memory is kept."""
        return self.copy(array).to(self.dtype)

    def copy(self, array: np.ndarray) -> Tensor:
        """A copy of an array on the device, its type unchanged."""
        return torch.from_numpy(np.array(array)).to(self.device)


def find_device(dtype: torch.dtype) -> Device:
    """The graphics card; or the processor, if kernels run in Triton's interpreter (tests do, TRITON_INTERPRET=1).

    Raises UserError if there is neither.
    """
    if torch.cuda.is_available():
        return Device(torch.device("cuda"), dtype)
    if triton.knobs.runtime.interpret:
        return Device(torch.device("cpu"), dtype)
    raise UserError("The CUDA engine needs an NVIDIA graphics card and finds none; choose the engine cpu or auto.")


def multiprocessors(device: torch.device) -> int:
    """How many programs of a kernel run at the same time at least; in the interpreter few, so that grids are small."""
    return torch.cuda.get_device_properties(device).multi_processor_count if device.type == "cuda" else 2


def loop_bound(number: int) -> int | np.int64:
    """A whole number for a kernel that takes it as the bound of a loop, and for nothing else.

    The interpreter makes arrays of Python's numbers, which NumPy (from 2.4) no longer takes as bounds; it leaves
    NumPy's numbers as they are. The compiler takes Python's.
    """
    return np.int64(number) if triton.knobs.runtime.interpret else number
