"""A triangle with a floor."""

DERIVATIVE = "maximum(1 - k * abs(x), 0.01)"
