"""Fast sigmoid: SuperSpike (Zenke & Ganguli 2018). 1 / (1 + k|x|)^2; peak 1, area 2/k."""

DERIVATIVE = "1 / square(1 + k * abs(x))"
