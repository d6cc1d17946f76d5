"""Adam on the device, one pass over memory: three arrays read and written, one read."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from snnlocality.learning import adam

_BLOCK = 1024
_FIRST, _SECOND, _EPSILON = (tl.constexpr(constant) for constant in (adam.FIRST, adam.SECOND, adam.EPSILON))


def update(weight: Tensor, gradient: Tensor, first: Tensor, second: Tensor, step: Tensor) -> None:
    """See ``learning.adam.update``; ``step``: the two numbers of an AdamStep, (2,), on the device."""
    if gradient.stride() != weight.stride():  # the kernel takes elements in the order of memory
        gradient = torch.empty_like(weight).copy_(gradient)
    size = weight.numel()
    _update[(triton.cdiv(size, _BLOCK),)](weight, gradient, first, second, step, size, _BLOCK)


@triton.jit
def _update(weight, gradient, first, second, step, size, BLOCK: tl.constexpr):
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = at < size
    rate = tl.load(step)
    scale = tl.load(step + 1)
    g = tl.load(gradient + at, mask=inside, other=0)
    m = tl.load(first + at, mask=inside, other=0)
    v = tl.load(second + at, mask=inside, other=0)
    w = tl.load(weight + at, mask=inside, other=0)
    m += (1 - _FIRST) * (g - m)
    v += (1 - _SECOND) * (g * g - v)
    w -= rate * m / (scale * tl.sqrt(v) + _EPSILON)
    tl.store(first + at, m, mask=inside)
    tl.store(second + at, v, mask=inside)
    tl.store(weight + at, w, mask=inside)
