"""ReLU type: derivative of a truncated quadratic (Bohte 2011). k (1 + k x) for -1/k < x <= 0; peak k, area 1/2."""

DERIVATIVE = "k * (1 + k * x) * step(x + 1 / k) * (1 - step(x))"
