"""Probabilistic neurons (Pfister et al. 2006; the tutorial's section IV-A): the likelihood of spike trains is smooth.

A neuron fires with a probability that grows with its potential. If its spikes are given, so are its resets, and the
potential is linear in the weights::

    p[t] = 1 / (1 + exp(-k (U[t] - theta)))        log P(S^) = sum_t S^[t] log p[t] + (1 - S^[t]) log(1 - p[t])
    d log P / dW_ij = k sum_t (S^_i[t] - p_i[t]) eU_j[t]

with eU the response of U to input j, and U that of ``neurons.lif`` under the given spikes.
"""

import numpy as np
from scipy.signal import lfilter
from scipy.special import expit, log_expit

from snnlocality.neurons.lif import Leaky


def potentials(W: np.ndarray, inputs: np.ndarray, spikes: np.ndarray, dynamics: Leaky) -> np.ndarray:
    """U (steps, samples, units) given what the neurons fire; ``inputs``: (steps, samples, inputs)."""
    current = _decaying(dynamics.alpha, inputs @ W.T)
    before = np.concatenate([np.zeros_like(spikes[:1]), spikes[:-1]])
    return _decaying(dynamics.beta, current - dynamics.theta * before)


def log_likelihood(
    W: np.ndarray, inputs: np.ndarray, spikes: np.ndarray, dynamics: Leaky, k: float
) -> tuple[float, np.ndarray]:
    """log P of spike trains (steps, samples, units) under the weights, and its derivative by them."""
    x = k * (potentials(W, inputs, spikes, dynamics) - dynamics.theta)
    response = _decaying(dynamics.beta, _decaying(dynamics.alpha, inputs))
    value = float((spikes * log_expit(x) + (1 - spikes) * log_expit(-x)).sum())
    return value, k * np.einsum("tbi,tbj->ij", spikes - expit(x), response)


def sample(W: np.ndarray, inputs: np.ndarray, dynamics: Leaky, k: float, generator: np.random.Generator) -> np.ndarray:
    """Spike trains (steps, samples, units) drawn from the neurons."""
    drive = inputs @ W.T
    I = U = s = np.zeros_like(drive[0])
    spikes = np.zeros_like(drive)
    for t, current in enumerate(drive):
        I = dynamics.alpha * I + current
        U = dynamics.beta * U + I - dynamics.theta * s
        spikes[t] = s = (generator.random(U.shape) < expit(k * (U - dynamics.theta))).astype(float)
    return spikes


def _decaying(factor: float, drive: np.ndarray) -> np.ndarray:
    """x[t] = factor x[t-1] + drive[t] along the first axis."""
    return lfilter([1.0], [1.0, -factor], drive, axis=0)
