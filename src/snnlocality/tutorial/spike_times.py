"""Exact gradients of spike times: non-leaky neurons that spike once (Mostafa 2018; the tutorial's eq. 15).

A neuron integrates synaptic currents that decay with the time constant 1 and fires when its potential reaches 1::

    dU/dt = sum_j w_j H(t - t_j) exp(-(t - t_j))        U(t) = sum_j w_j (1 - exp(t_j - t))

In z = exp(t) the time of its spike is rational in its weights and inputs. With C its causal set, the inputs before it,
which is the smallest set of earliest inputs whose weights add up to more than 1 and whose spike comes before the next::

    z = sum_C w_j z_j / (sum_C w_j - 1)    dz/dw_j = (z_j - z) / (sum_C w_j - 1)    dz/dz_j = w_j / (sum_C w_j - 1)

A neuron without such a set stays silent: z is infinite, and no gradient reaches it.
"""

from typing import NamedTuple

import numpy as np


class Spikes(NamedTuple):
    """First spikes of a layer."""

    z: np.ndarray  # (samples, units): exp of the time, infinite where a neuron stays silent
    causal: np.ndarray  # (samples, units, inputs) bool: the inputs of the causal set; none of a silent neuron
    excess: np.ndarray  # (samples, units): sum of the causal set's weights, minus 1; 1 of a silent neuron


def fire(z_below: np.ndarray, W: np.ndarray) -> Spikes:
    """First spikes (samples, units) of neurons with weights W (units, inputs) and inputs z_below (samples, inputs)."""
    order = np.argsort(z_below, axis=1, kind="stable")
    z = np.take_along_axis(z_below, order, axis=1)[:, None]
    w = W.T[order].transpose(0, 2, 1)  # (samples, units, inputs) in the order of arrival
    excess = np.cumsum(w, axis=2) - 1
    arrived = np.isfinite(z)
    weighted = np.cumsum(np.where(arrived, w * np.where(arrived, z, 0), 0), axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        candidate = weighted / excess
    following = np.concatenate([z[..., 1:], np.full_like(z[..., :1], np.inf)], axis=2)
    found = arrived & (excess > 0) & (candidate < following)
    first = found.argmax(axis=2)[..., None]
    fires = found.any(axis=2)
    sorted_causal = fires[..., None] & (np.arange(z.shape[2]) <= first)
    causal = np.zeros_like(sorted_causal)
    np.put_along_axis(causal, np.broadcast_to(order[:, None], causal.shape), sorted_causal, axis=2)
    chosen, of_set = (np.take_along_axis(array, first, axis=2)[..., 0] for array in (candidate, excess))
    return Spikes(np.where(fires, chosen, np.inf), causal, np.where(fires, of_set, 1.0))


def backward(spikes: Spikes, z_below: np.ndarray, W: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(dL/dW, dL/dz_below) from ``error`` = dL/dz (samples, units), of which that of silent neurons is not used."""
    share = np.where(np.isfinite(spikes.z), error / spikes.excess, 0)[..., None] * spikes.causal
    inputs = np.where(np.isfinite(z_below), z_below, 0)[:, None]
    own = np.where(np.isfinite(spikes.z), spikes.z, 0)[..., None]
    return (share * (inputs - own)).sum(axis=0), (share * W).sum(axis=1)


def first_spike_loss(z: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean cross-entropy of softmax(-z), so that the first to fire names the class, and its derivative by z.

    A silent neuron counts as one that fires after all others.
    """
    finite = np.isfinite(z)
    latest = np.where(finite, z, 0).max() + 1
    logits = -np.where(finite, z, latest)
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    value = np.log(total[:, 0]) - logits[np.arange(len(z)), labels]
    target = np.eye(z.shape[1])[labels]
    return float(value.mean()), np.where(finite, target - p / total, 0) / len(z)


def wish_to_fire(W: np.ndarray, strength: float) -> tuple[float, np.ndarray]:
    """K sum_j max(0, 1 - sum_i w_ji), which keeps neurons firing, and its derivative by W."""
    missing = 1 - W.sum(axis=1, keepdims=True)
    return strength * float(np.maximum(missing, 0).sum()), np.broadcast_to(-strength * (missing > 0), W.shape)
