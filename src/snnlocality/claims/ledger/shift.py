"""Claims on how far attacks move representations (Figure 3)."""

import numpy as np

from snnlocality.claims.claim import LAYERS, METHODS, Claim, mean, strengths, under_attack
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

NOTHING = 0.02  # of CKA, that has no practical meaning


def _gain(e: Evidence, method: str, attack: str) -> np.ndarray:
    """CKA of clean and attacked, REC minus FF, mean over layers and strengths."""

    def of(arch: str) -> np.ndarray:
        return mean(
            e.values("shift", attack=attack, method=method, arch=arch, epsilon=epsilon, layer=layer)
            for epsilon in strengths(e)
            for layer in LAYERS
        )

    return of("REC") - of("FF")


def _moves_less(e: Evidence, attack: str) -> list[Contrast]:
    return [
        Contrast(f"{method}, REC - FF", _gain(e, method, attack), equal=NOTHING, least=-1.0, most=1.0)
        for method in METHODS
    ]


def larger_for_bptt(e: Evidence, other: str, attack: str) -> Contrast:
    """How much more of it BPTT gains by recurrence than another method."""
    gained = _gain(e, "BPTT", attack) - _gain(e, other, attack)
    return Contrast(f"BPTT - {other}", gained, equal=NOTHING, least=-2.0, most=2.0)


def _difference_largest(e: Evidence, attack: str) -> list[Contrast]:
    return [larger_for_bptt(e, other, attack) for other in METHODS[1:]]


CLAIMS = (
    Claim(
        "C28",
        "Attacks move recurrent networks' representations less",
        "figure3",
        "CKA of clean and attacked, REC - FF > 0, mean over layers and epsilon .005 to .02, every method",
        *under_attack(_moves_less),
    ),
    Claim(
        "C29",
        "That difference is largest for BPTT",
        "figure3",
        "above the others', mean over layers and epsilon .005 to .02",
        *under_attack(_difference_largest),
    ),
)
