"""Derivative of the arctangent (Fang et al. 2021)."""

import math

from torch import Tensor


def derivative(x: Tensor, slope: float) -> Tensor:
    """(k/2) / (1 + (pi k x / 2)^2); peak k/2, area 1."""
    return (slope / 2) / (1 + (math.pi * slope * x / 2).square())
