"""Linear centred kernel alignment with the unbiased estimator, over mini-batches.

Kornblith et al. 2019; unbiased HSIC: Song et al. 2012, eq. 5; mini-batches: Nguyen et al. 2020, eq. 3.
"""

from collections.abc import Iterable

import numpy as np

from snnlocality.analysis.sizes import LEAST_SAMPLES


def gram(x: np.ndarray) -> np.ndarray:
    """Similarity of samples under a representation over time: x (steps, samples, units) -> (samples, samples).

    The sum over steps of x[t] x[t]^T, which is the Gram matrix of the steps laid side by side (float64).
    """
    flat = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)
    return (flat @ flat.T).astype(np.float64)


def hsic(K: np.ndarray, L: np.ndarray) -> float:
    """Unbiased estimate of the Hilbert-Schmidt independence criterion of two Gram matrices, (n, n) each.

    With the diagonals set to zero: [tr(K L) + 1'K1 1'L1 / ((n-1)(n-2)) - 2 1'K L 1 / (n-2)] / (n (n-3)).
    Raises ValueError for fewer than four samples.
    """
    n = len(K)
    if n < LEAST_SAMPLES:
        raise ValueError(f"a mini-batch of {n} samples is too small: the estimator needs at least {LEAST_SAMPLES}")
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    of_K, of_L = K.sum(axis=0), L.sum(axis=0)
    total = (K * L).sum() + of_K.sum() * of_L.sum() / ((n - 1) * (n - 2)) - 2 * (of_K @ of_L) / (n - 2)
    return float(total / (n * (n - 3)))


def cka(batches: Iterable[tuple[np.ndarray, np.ndarray]]) -> float:
    """CKA of two representations from their Gram matrices (K, L) on each mini-batch.

    Numerator and denominators are summed over the mini-batches before the ratio is taken. Values a little below
    zero are possible. NaN where a representation does not vary over samples at all (a silent layer).
    """
    cross, own_K, own_L = 0.0, 0.0, 0.0
    for K, L in batches:
        cross, own_K, own_L = cross + hsic(K, L), own_K + hsic(K, K), own_L + hsic(L, L)
    if own_K <= 0 or own_L <= 0:
        return float("nan")
    return float(cross / np.sqrt(own_K * own_L))
