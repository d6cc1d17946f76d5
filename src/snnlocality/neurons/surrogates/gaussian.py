"""Gaussian: derivative of the error function. (k / sqrt(pi)) exp(-(kx)^2); peak k/sqrt(pi), area 1."""

DERIVATIVE = "k / sqrt(pi) * exp(-square(k * x))"
