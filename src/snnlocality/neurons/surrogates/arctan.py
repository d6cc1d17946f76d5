"""Derivative of the arctangent (Fang et al. 2021). (k/2) / (1 + (pi k x / 2)^2); peak k/2, area 1."""

DERIVATIVE = "k / 2 / (1 + square(pi * k * x / 2))"
