"""Constant window: DECOLLE (k = 1), eRBP, STBP. k for |x| < 1/(2k), else 0; peak k, area 1."""

DERIVATIVE = "k * step(1 / (2 * k) - abs(x))"
