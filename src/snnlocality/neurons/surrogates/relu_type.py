"""ReLU type: derivative of a truncated quadratic (Bohte 2011)."""

from torch import Tensor


def derivative(x: Tensor, slope: float) -> Tensor:
    """k (1 + k x) for -1/k < x <= 0, else 0; peak k, area 1/2."""
    return slope * (1 + slope * x) * ((x > -1 / slope) & (x <= 0))
