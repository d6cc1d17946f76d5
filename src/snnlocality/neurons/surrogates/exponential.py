"""Exponential: SLAYER (Shrestha & Orchard 2018). exp(-k|x|); peak 1, area 2/k."""

DERIVATIVE = "exp(-k * abs(x))"
