"""Gaussian: derivative of the error function."""

import math

from torch import Tensor


def derivative(x: Tensor, slope: float) -> Tensor:
    """(k / sqrt(pi)) exp(-(kx)^2); peak k/sqrt(pi), area 1."""
    return slope / math.sqrt(math.pi) * (-(slope * x).square()).exp()
