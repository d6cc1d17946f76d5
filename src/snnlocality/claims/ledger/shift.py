"""Claims on how far attacks move representations (Figure 3)."""

from functools import partial

import numpy as np

from snnlocality.claims.claim import IN_WHITE_BOX, LAYERS, METHODS, PAPERS_ATTACK, WHITE_BOX, Claim, epsilons
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast


def _S(e: Evidence, method: str, epsilon: float, layer: str, attack: str) -> np.ndarray:
    """CKA of clean and attacked, REC minus FF."""
    cell = {"attack": attack, "method": method, "epsilon": epsilon, "layer": layer}
    return e.values("shift", arch="REC", **cell) - e.values("shift", arch="FF", **cell)


def _moves_less(e: Evidence, attack: str) -> list[Contrast]:
    e.choices("shift", "layer")
    return [
        Contrast(f"{method}, layer {layer}, epsilon {epsilon:g}", _S(e, method, epsilon, layer, attack))
        for method in METHODS
        for epsilon in epsilons(e)
        for layer in LAYERS
    ]


def _difference_largest(e: Evidence) -> list[Contrast]:
    def mean(method: str, epsilon: float) -> np.ndarray:
        return np.mean([_S(e, method, epsilon, layer, PAPERS_ATTACK) for layer in LAYERS], axis=0)

    return [
        Contrast(f"BPTT - {other}, epsilon {epsilon:g}", mean("BPTT", epsilon) - mean(other, epsilon))
        for other in METHODS[1:]
        for epsilon in epsilons(e)
    ]


CLAIMS = (
    Claim(
        "C28",
        "Attacks move recurrent networks' representations less",
        "figure3",
        "CKA of clean and attacked, REC - FF > 0, every method, layer and epsilon",
        partial(_moves_less, attack=PAPERS_ATTACK),
        partial(_moves_less, attack=WHITE_BOX),
        IN_WHITE_BOX,
    ),
    Claim(
        "C29",
        "That difference is largest for BPTT",
        "figure3",
        "mean over layers above the others', every epsilon",
        _difference_largest,
    ),
)
