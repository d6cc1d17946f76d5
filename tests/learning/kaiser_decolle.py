"""DECOLLE in the neuron model of its authors (Kaiser, Mostafa & Neftci 2020).

For presynaptic spikes s_j and neuron i of one layer::

    Q_j[t] = beta  Q_j[t-1] + (1 - beta)  s_j[t]                   (synapse)
    P_j[t] = alpha P_j[t-1] + (1 - alpha) Q_j[t-1]                 (membrane; takes the *old* Q)
    R_i[t] = rho   R_i[t-1] - (1 - rho) w S_i[t-1]                 (refractoriness)
    U_i[t] = sum_j W_ij P_j[t] + b_i + R_i[t]
    S_i[t] = H(U_i[t]), H(0) = 1                                   (threshold 0: the bias acts as threshold)
    Y_k[t] = sum_i G_ki S_i[t]                                     (fixed random readout)

Beware of the letters: here alpha is the membrane's decay and beta the synapse's, as in that paper, the opposite
of ``neurons.lif``. The benchmark runs DECOLLE in the common neuron model; this model is for comparison with the
original. Arrays have time first, then the sample, then the unit; nothing is recurrent.
"""

from typing import NamedTuple

import numpy as np

from snnlocality.learning.losses import Loss


class Decays(NamedTuple):
    """Decay factors per step and the weight of refractoriness, dimensionless."""

    alpha: float  # membrane; 0.97 for N-MNIST at steps of 1 ms
    beta: float  # synapse; 0.92
    rho: float  # refractoriness; 0.65
    w: float  # what one spike subtracts, summed over time


class Layer(NamedTuple):
    """Weights of one layer."""

    W: np.ndarray  # (N, sources)
    b: np.ndarray  # (N,)
    G: np.ndarray  # fixed random readout, (classes, N)


class LayerTraces(NamedTuple):
    """What a layer's simulation leaves for its local learning."""

    P: np.ndarray  # presynaptic trace, (steps, samples, sources)
    U: np.ndarray  # potential, (steps, samples, N)
    S: np.ndarray  # spikes, (steps, samples, N)


class LayerGradient(NamedTuple):
    """Gradient of a layer's own loss, summed over steps and samples."""

    W: np.ndarray  # (N, sources)
    b: np.ndarray  # (N,)


def simulate(layer: Layer, spikes: np.ndarray, decays: Decays) -> LayerTraces:
    """Traces of one layer driven by presynaptic ``spikes`` (steps, samples, sources)."""
    P = _membrane_traces(spikes, decays)
    drive = P @ layer.W.T + layer.b
    U, S = np.empty_like(drive), np.empty_like(drive)
    R = np.zeros_like(drive[0])
    for t, current in enumerate(drive):
        if t:
            R = decays.rho * R - (1 - decays.rho) * decays.w * S[t - 1]
        U[t] = current + R
        S[t] = U[t] >= 0
    return LayerTraces(P, U, S)


def local_gradient(
    layer: Layer, traces: LayerTraces, targets: np.ndarray, weight: np.ndarray, loss: Loss
) -> LayerGradient:
    """dW_ij = sum_t [sum_k G_ki dL/dY_k[t]] sigma'(U_i[t]) P_j[t] (Neftci et al. 2019, eq. 14).

    The dependence of R on W is left out. ``targets``: the class of every step; ``weight``: the share of every step
    in the loss, 0 during burn-in; both (steps, samples).
    """
    _, derivative = loss(traces.S @ layer.G.T, targets)
    delta = (derivative * weight[..., None]) @ layer.G * boxcar(traces.U)
    return LayerGradient(np.einsum("tbi,tbj->ij", delta, traces.P), delta.sum(axis=(0, 1)))


def boxcar(U: np.ndarray) -> np.ndarray:
    """Surrogate derivative of the spike: 1 for |U| < 1/2, else 0."""
    return (np.abs(U) < 0.5).astype(U.dtype)


def gradients(
    layers: tuple[Layer, ...], inputs: np.ndarray, targets: np.ndarray, weight: np.ndarray, loss: Loss, decays: Decays
) -> tuple[LayerGradient, ...]:
    """Gradient of every layer's own loss; a layer's spikes drive the next, and no error comes back."""
    result = []
    spikes = inputs
    for layer in layers:
        traces = simulate(layer, spikes, decays)
        result.append(local_gradient(layer, traces, targets, weight, loss))
        spikes = traces.S
    return tuple(result)


def _membrane_traces(spikes: np.ndarray, decays: Decays) -> np.ndarray:
    """P (steps, samples, sources) of presynaptic spikes."""
    traces = np.empty(spikes.shape)
    Q = P = np.zeros(spikes.shape[1:])
    for t, s in enumerate(spikes):
        # P first: it takes the Q of the step before.
        P = decays.alpha * P + (1 - decays.alpha) * Q
        Q = decays.beta * Q + (1 - decays.beta) * s
        traces[t] = P
    return traces
