"""Claims on Fisher information (Figure 4)."""

import math
from itertools import pairwise

import numpy as np

from snnlocality.claims.claim import ARCHITECTURES, HIDDEN, METHODS, Claim, mean
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

COMPARABLE = 2.0  # factor (C31)
NOTHING, SAME = 0.02, math.log(1.1)  # without practical meaning: of shares, and of the logarithm of a ratio
FEED_FORWARD = ("W1", "W2", "W_out")


def _I(e: Evidence, method: str, arch: str, weights: str, measure: str = "share") -> np.ndarray:
    return e.values("fisher", method=method, arch=arch, weights=weights, measure=measure)


def recurrent_to_forward(e: Evidence, method: str, layer: str) -> Contrast:
    """The logarithm of how many times as much information a layer's recurrent weights have as its forward ones."""
    ratio = np.log(_I(e, method, "REC", f"V{layer}") / _I(e, method, "REC", f"W{layer}"))
    return Contrast(f"log of RW/LW, {method}, layer {layer}", ratio, -math.log(COMPARABLE), math.log(COMPARABLE))


def _comparable(e: Evidence) -> list[Contrast]:
    return [recurrent_to_forward(e, method, layer) for method in METHODS for layer in HIDDEN]


def with_recurrence(e: Evidence, method: str) -> Contrast:
    """The logarithm of how many times as much information forward weights have with recurrence, mean over layers."""
    ratios = (np.log(_I(e, method, "REC", name, "trace") / _I(e, method, "FF", name, "trace")) for name in FEED_FORWARD)
    return Contrast(f"log of LW-REC/LW-FF, {method}", mean(ratios), -math.inf, 0.0, SAME)


def _below(e: Evidence) -> list[Contrast]:
    return [with_recurrence(e, method) for method in METHODS]


def _share(name: str, values: np.ndarray) -> Contrast:
    return Contrast(name, values, equal=NOTHING, least=-1.0, most=1.0)


def _grows_upwards(e: Evidence) -> list[Contrast]:
    return [
        _share(
            f"{method}, {above} - {below}, FF and REC",
            mean(_I(e, method, arch, above) - _I(e, method, arch, below) for arch in ARCHITECTURES),
        )
        for method in METHODS
        for below, above in pairwise(FEED_FORWARD)
    ]


def _first_layer_falls(e: Evidence) -> list[Contrast]:
    return [_share(f"W1, {a} - {b}, FF", _I(e, a, "FF", "W1") - _I(e, b, "FF", "W1")) for a, b in pairwise(METHODS)]


CLAIMS = (
    Claim(
        "C31",
        "Recurrent weights matter about as much as feed-forward ones",
        "figure4",
        "ratio of Fisher information within a factor of 2, every hidden layer and method",
        _comparable,
    ),
    Claim(
        "C32",
        "With recurrence, feed-forward weights matter less",
        "figure4",
        "undivided information, LW-REC < LW-FF, geometric mean over layers, every method",
        _below,
    ),
    Claim(
        "C33",
        "Importance grows from the input to the output layer",
        "figure4",
        "each layer's share > the one below, mean of FF and REC, every method",
        _grows_upwards,
    ),
    Claim(
        "C34",
        "The input layer's importance falls with locality",
        "figure4",
        "share of BPTT > e-prop > DECOLLE, FF",
        _first_layer_falls,
    ),
)
