"""Rates instead of spikes (Hunsberger & Eliasmith 2015; the tutorial's section IV-A): learn with the f-I curve.

A leaky neuron at constant current I fires at the rate f(I), which has no finite slope where firing begins. Softened
by a width w it has one everywhere, and a network of rates can be trained by back-propagation; then the same weights
drive spiking neurons at constant current::

    f(I) = 1 / (refractory - tau log(1 - 1 / I)) for I > 1, else 0
    soft: w log(1 + exp((I - 1) / w)) in the place of I - 1
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus


def rate(I: Tensor, tau: float, refractory: float, width: float) -> Tensor:
    """The soft f-I curve, spikes per unit of time; threshold and resistance are 1."""
    x = (I - 1) / width
    # With a = w log(1 + e^x) in the place of I - 1: -log(1 - 1 / I) = log(1 + 1 / a). Far below the threshold a itself
    # would vanish in rounding, but log a = log w + x.
    log_a = math.log(width) + torch.where(x < -20, x, torch.log(softplus(x.clamp(min=-20))))
    return 1 / (refractory + tau * softplus(-log_a))


def logits(weights: list[Tensor], x: Tensor, tau: float, refractory: float, width: float) -> Tensor:
    """Readout of a network of rates: (samples, classes) of inputs (samples, inputs)."""
    for W in weights[:-1]:
        x = rate(x @ W.T, tau, refractory, width)
    return x @ weights[-1].T


def simulate(
    weights: list[np.ndarray], x: np.ndarray, tau: float, refractory: float, duration: float, dt: float
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The same weights on spiking neurons under constant input: the readout's mean, and every hidden layer's rates.

    Synapses average over the membrane's time constant; a neuron starts at a random potential, fixed by its number.
    """
    layers = [np.random.default_rng(index).random((len(x), len(W))) for index, W in enumerate(weights[:-1])]
    silent = [np.zeros_like(U) for U in layers]
    traces = [np.zeros_like(U) for U in layers]
    counts = [np.zeros_like(U) for U in layers]
    steps = round(duration / dt)
    for _ in range(steps):
        below = x
        for index, W in enumerate(weights[:-1]):
            I, U = below @ W.T, layers[index]
            # Exact over a step of constant current; what is left of the step after refractoriness counts.
            active = np.clip(dt - silent[index], 0, dt)
            silent[index] = np.maximum(silent[index] - dt, 0)
            U += (I - U) * -np.expm1(-active / tau)
            spikes = U > 1
            with np.errstate(divide="ignore", invalid="ignore"):
                late = np.where(spikes, tau * np.log1p((U - 1) / np.maximum(I - U, 1e-30)), 0)  # since the crossing
            silent[index] = np.where(spikes, np.maximum(refractory - late, 0), silent[index])
            U[spikes] = 0
            counts[index] += spikes
            # Synapses average over a while, else the layer above would see single spikes.
            traces[index] += (spikes / dt - traces[index]) * -np.expm1(-dt / tau)
            below = traces[index]
    rates = [count / duration for count in counts]
    return rates[-1] @ weights[-1].T, rates
