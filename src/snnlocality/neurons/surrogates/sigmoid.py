"""Derivative of the logistic function."""

from torch import Tensor


def derivative(x: Tensor, slope: float) -> Tensor:
    """k s(kx) (1 - s(kx)), s logistic; peak k/4, area 1."""
    return slope * (slope * x).sigmoid() * (-slope * x).sigmoid()
