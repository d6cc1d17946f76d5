"""Piecewise linear (Bellec et al. 2018, Esser et al. 2016)."""

from torch import Tensor


def derivative(x: Tensor, slope: float) -> Tensor:
    """max(0, 1 - k|x|); peak 1, area 1/k."""
    return (1 - slope * x.abs()).clamp(min=0)
