"""Piecewise linear (Bellec et al. 2018, Esser et al. 2016). max(0, 1 - k|x|); peak 1, area 1/k."""

DERIVATIVE = "maximum(1 - k * abs(x), 0)"
