"""Factors that a rule's own traces multiply the error by, in PyTorch, for the engines that are written in it.

``h`` is the surrogate derivative of a layer at all steps, time along ``dim``; results have its shape. The equations are
those of ``learning.rule.TwoSided`` and ``learning.rule.Smoothed``.
"""

import torch
from torch import Tensor

from snnlocality.neurons.lif import Leaky


def noncausal(h: Tensor, decay: float, dim: int) -> Tensor:
    """p[t-1], the trace of h of the steps before each."""
    p, found = torch.zeros_like(h.select(dim, 0)), []
    for now in h.unbind(dim):
        found.append(p)
        p = torch.add(now, p, alpha=decay)
    return torch.stack(found, dim)


def smoothed(h: Tensor, dynamics: Leaky, decay: float, reset: float, dim: int) -> Tensor:
    """f_U[t]; ``reset``: theta where credit goes through the neuron's own reset, else 0."""
    f_I, f_U = 0.0, torch.zeros_like(h.select(dim, 0))
    before, found = torch.zeros_like(f_U), []
    for now in h.unbind(dim):
        f_U = decay * ((dynamics.beta - reset * before) * f_U + dynamics.alpha * f_I) + (1 - decay)
        f_I = decay * dynamics.alpha * f_I + (1 - decay)
        before = now
        found.append(f_U)
    return torch.stack(found, dim)
