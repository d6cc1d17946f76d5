"""Claims on robustness under FGSM (Table 3)."""

import math
from itertools import pairwise

import numpy as np

from snnlocality.claims.asked import PAPERS_ATTACK
from snnlocality.claims.claim import (
    ARCHITECTURES,
    METHODS,
    Claim,
    attacked_of,
    epsilons,
    mean,
    points,
    robustness,
    under_attack,
)
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

LEFT = 25.0  # percent of the accuracy, at most, after a strong drop (C19)
LOCAL_LOSSES = {  # C38: the same rule with and without them
    "BPTT": ("BPTT with - without local losses", "bptt_local_losses", "BPTT"),
    "DECOLLE": ("DECOLLE - e-prop (random)", "DECOLLE", "eprop_random"),
}
NOTHING = 2.0  # points of robustness that have no practical meaning


def _retains_more(e: Evidence, attack: str) -> list[Contrast]:
    return [points(f"{method}, REC - FF", _gain(e, method, attack), equal=NOTHING) for method in METHODS]


def _gain(e: Evidence, method: str, attack: str) -> np.ndarray:
    return robustness(e, method, "REC", attack) - robustness(e, method, "FF", attack)


def _falls(e: Evidence) -> list[Contrast]:
    return [
        points(
            f"{method} {arch}, epsilon {a:g} - {b:g}",
            attacked_of(e, method, arch, a, PAPERS_ATTACK) - attacked_of(e, method, arch, b, PAPERS_ATTACK),
        )
        for method in METHODS
        for arch in ARCHITECTURES
        for a, b in pairwise([0.0, *epsilons(e)])
    ]


def _on_the_whole(e: Evidence, method: str, attack: str) -> np.ndarray:
    return mean(robustness(e, method, arch, attack) for arch in ARCHITECTURES)


def _decolle_best(e: Evidence, attack: str) -> list[Contrast]:
    decolle = _on_the_whole(e, "DECOLLE", attack)
    return [
        points(f"DECOLLE - {other}, FF and REC", decolle - _on_the_whole(e, other, attack), equal=NOTHING)
        for other in METHODS[:2]
    ]


def _local_more_robust(e: Evidence, attack: str) -> list[Contrast]:
    over = {method: _on_the_whole(e, method, attack) for method in METHODS}
    return [points(f"{local} - BPTT, FF and REC", over[local] - over["BPTT"], equal=NOTHING) for local in METHODS[1:]]


def by_local_losses(e: Evidence, rule: str, attack: str) -> Contrast:
    """What they add to a rule's robustness.

    DECOLLE without its losses: layers get the readout's error by the same random matrices, which is e-prop's.
    """
    name, with_losses, without = LOCAL_LOSSES[rule]
    gained = _on_the_whole(e, with_losses, attack) - _on_the_whole(e, without, attack)
    return points(f"{name}, FF and REC", gained, equal=NOTHING)


def _by_local_losses(e: Evidence, attack: str) -> list[Contrast]:
    return [by_local_losses(e, rule, attack) for rule in LOCAL_LOSSES]


def _share_left(attacked: np.ndarray, e: Evidence, method: str, arch: str, attack: str) -> np.ndarray:
    """In percent of each run's own clean accuracy."""
    clean = attacked_of(e, method, arch, 0.0, attack)
    by_run = clean.reshape(len(clean), -1).mean(axis=1)
    return 100 * attacked / by_run.reshape(-1, *[1] * (clean.ndim - 1))


def _largest_share(e: Evidence, attack: str) -> list[Contrast]:
    def share(method: str) -> np.ndarray:
        return mean(_share_left(robustness(e, method, arch, attack), e, method, arch, attack) for arch in ARCHITECTURES)

    decolle = share("DECOLLE")
    return [points(f"DECOLLE - {other}, FF and REC", decolle - share(other), equal=NOTHING) for other in METHODS[:2]]


def _global_drop(e: Evidence) -> list[Contrast]:
    most = max(epsilons(e))
    return [
        Contrast(
            f"percent left, {method} {arch}, epsilon {most:g}",
            _share_left(attacked_of(e, method, arch, most, PAPERS_ATTACK), e, method, arch, PAPERS_ATTACK),
            -math.inf,
            LEFT,
            least=0.0,
        )
        for method in METHODS[:2]
        for arch in ARCHITECTURES
    ]


def _gain_largest(e: Evidence, attack: str) -> list[Contrast]:
    bptt = _gain(e, "BPTT", attack)
    return [
        points(f"gain of BPTT - gain of {other}", bptt - _gain(e, other, attack), equal=NOTHING)
        for other in METHODS[1:]
    ]


CLAIMS = (
    Claim(
        "C14",
        "Under FGSM recurrent networks retain more accuracy",
        "table3",
        "REC - FF > 0, mean over epsilon .005 to .02, every method",
        *under_attack(_retains_more),
    ),
    Claim("C15", "Accuracy falls steadily with epsilon", "table3", "every step down > 0", _falls),
    Claim(
        "C16",
        "DECOLLE is the most robust under strong FGSM",
        "table3",
        "above both others, mean over epsilon .005 to .02, FF and REC",
        *under_attack(_decolle_best),
    ),
    Claim(
        "C17",
        "Local rules are more robust under FGSM than global ones",
        "table3",
        "e-prop and DECOLLE above BPTT, mean over epsilon .005 to .02, FF and REC",
        *under_attack(_local_more_robust),
    ),
    Claim(
        "C18",
        "DECOLLE keeps the largest share of its accuracy",
        "table3",
        "above both others' in percent of the clean accuracy, mean over epsilon .005 to .02, FF and REC",
        *under_attack(_largest_share),
    ),
    Claim(
        "C19",
        "Global methods lose most of their accuracy at high epsilon",
        "table3",
        "less than a quarter left at the largest epsilon, BPTT and e-prop, FF and REC",
        _global_drop,
    ),
    Claim(
        "C30",
        "The gain in robustness from recurrence is largest for BPTT",
        "table3",
        "gain > the others', mean over epsilon .005 to .02",
        *under_attack(_gain_largest),
    ),
    Claim(
        "C38",
        "DECOLLE's robustness comes from its local losses",
        "table3",
        "BPTT with local losses above BPTT, DECOLLE above itself without, mean over epsilon .005 to .02, FF and REC",
        *under_attack(_by_local_losses),
    ),
)
