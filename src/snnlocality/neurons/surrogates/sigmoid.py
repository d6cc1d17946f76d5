"""Derivative of the logistic function. k s(kx) (1 - s(kx)), s logistic; peak k/4, area 1."""

DERIVATIVE = "k * sigmoid(k * x) * sigmoid(-k * x)"
