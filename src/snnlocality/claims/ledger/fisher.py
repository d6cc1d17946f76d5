"""Claims on Fisher information (Figure 4)."""

import math
from functools import partial
from itertools import pairwise

import numpy as np

from snnlocality.claims.claim import ARCHITECTURES, HIDDEN, METHODS, Claim
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

COMPARABLE = 2.0  # factor (C31)


def _I(e: Evidence, method: str, arch: str, weights: str, measure: str = "share") -> np.ndarray:
    return e.values("fisher", method=method, arch=arch, weights=weights, measure=measure)


def _comparable(e: Evidence) -> list[Contrast]:
    bound = math.log(COMPARABLE)
    return [
        Contrast(
            f"log of RW/LW, {method}, layer {layer}",
            np.log(_I(e, method, "REC", f"V{layer}") / _I(e, method, "REC", f"W{layer}")),
            -bound,
            bound,
        )
        for method in METHODS
        for layer in HIDDEN
    ]


def _below(e: Evidence, measure: str) -> list[Contrast]:
    return [
        Contrast(
            f"log of LW-REC/LW-FF, {method}, {weights}",
            np.log(_I(e, method, "REC", weights, measure) / _I(e, method, "FF", weights, measure)),
            -math.inf,
            0.0,
        )
        for method in METHODS
        for weights in ("W1", "W2", "W_out")
    ]


def _grows_upwards(e: Evidence) -> list[Contrast]:
    return [
        Contrast(f"{method} {arch}, {above} - {below}", _I(e, method, arch, above) - _I(e, method, arch, below))
        for method in METHODS
        for arch in ARCHITECTURES
        for below, above in pairwise(("W1", "W2", "W_out"))
    ]


def _first_layer_falls(e: Evidence) -> list[Contrast]:
    return [Contrast(f"W1, {a} - {b}, FF", _I(e, a, "FF", "W1") - _I(e, b, "FF", "W1")) for a, b in pairwise(METHODS)]


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
        "share of LW-REC < LW-FF, every layer",
        partial(_below, measure="share"),
        partial(_below, measure="trace"),
        "the information itself: shares that sum to one must fall where others are added",
    ),
    Claim(
        "C33",
        "Importance grows from the input to the output layer",
        "figure4",
        "each layer's share > the one below",
        _grows_upwards,
    ),
    Claim(
        "C34",
        "The input layer's importance falls with locality",
        "figure4",
        "BPTT > e-prop > DECOLLE",
        _first_layer_falls,
    ),
)
