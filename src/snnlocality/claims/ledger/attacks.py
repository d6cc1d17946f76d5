"""Claims on robustness under FGSM (Table 3)."""

import math
from functools import partial
from itertools import pairwise

import numpy as np

from snnlocality.claims.claim import (
    ARCHITECTURES,
    IN_WHITE_BOX,
    METHODS,
    PAPERS_ATTACK,
    PAPERS_TRIGGER,
    REALISTIC,
    VISION,
    WHITE_BOX,
    Claim,
    accuracy_of,
    attacked_of,
    both,
    epsilons,
    lower_asr,
    no_advantage,
    papers_decolle,
    white_box_decolle,
)
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

LEFT = 0.25  # of the accuracy, at most, after a strong drop (C19)


def _retains_more(e: Evidence, attack: str) -> list[Contrast]:
    return [
        Contrast(
            f"{method}, REC - FF, epsilon {epsilon:g}",
            attacked_of(e, method, "REC", epsilon, attack) - attacked_of(e, method, "FF", epsilon, attack),
        )
        for method in METHODS
        for epsilon in epsilons(e)
    ]


def _falls(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"{method} {arch}, epsilon {a:g} - {b:g}",
            attacked_of(e, method, arch, a, PAPERS_ATTACK) - attacked_of(e, method, arch, b, PAPERS_ATTACK),
        )
        for method in METHODS
        for arch in ARCHITECTURES
        for a, b in pairwise([0.0, *epsilons(e)])
    ]


def _more_local_more_robust(e: Evidence, attack: str) -> list[Contrast]:
    return [
        Contrast(
            f"{b} - {a}, {arch}, epsilon {epsilon:g}",
            attacked_of(e, b, arch, epsilon, attack) - attacked_of(e, a, arch, epsilon, attack),
        )
        for arch in ARCHITECTURES
        for epsilon in epsilons(e)
        for a, b in pairwise(METHODS)
    ]


def _retained(e: Evidence, method: str, arch: str, epsilon: float) -> np.ndarray:
    return attacked_of(e, method, arch, epsilon, PAPERS_ATTACK) / attacked_of(e, method, arch, 0.0, PAPERS_ATTACK)


def _retains_largest_share(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"DECOLLE - {other}, {arch}, epsilon {epsilon:g}",
            _retained(e, "DECOLLE", arch, epsilon) - _retained(e, other, arch, epsilon),
        )
        for arch in ARCHITECTURES
        for epsilon in epsilons(e)
        for other in METHODS[:2]
    ]


def _global_drop(e: Evidence) -> list[Contrast]:
    most = max(epsilons(e))
    return [
        Contrast(f"share left, {method} {arch}, epsilon {most:g}", _retained(e, method, arch, most), -math.inf, LEFT)
        for method in METHODS[:2]
        for arch in ARCHITECTURES
    ]


def _robustness_gain_largest(e: Evidence) -> list[Contrast]:
    def gain(method: str, epsilon: float) -> np.ndarray:
        return attacked_of(e, method, "REC", epsilon, PAPERS_ATTACK) - attacked_of(
            e, method, "FF", epsilon, PAPERS_ATTACK
        )

    return [
        Contrast(f"gain of BPTT - gain of {other}, epsilon {epsilon:g}", gain("BPTT", epsilon) - gain(other, epsilon))
        for other in METHODS[1:]
        for epsilon in epsilons(e)
    ]


def _same_models(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"{method} {arch}",
            attacked_of(e, method, arch, 0.0, PAPERS_ATTACK) - accuracy_of(e, VISION, method, arch),
            -1e-6,
            1e-6,
        )
        for method in METHODS
        for arch in ARCHITECTURES
    ]


_white_box_recurrence = partial(_retains_more, attack=WHITE_BOX)

CLAIMS = (
    Claim(
        "C14",
        "Under FGSM recurrent networks retain more accuracy",
        "table3",
        "REC - FF > 0, every method and epsilon",
        partial(_retains_more, attack=PAPERS_ATTACK),
        _white_box_recurrence,
        IN_WHITE_BOX,
    ),
    Claim("C15", "Accuracy falls steadily with epsilon", "table3", "every step down > 0", _falls),
    Claim(
        "C16",
        "DECOLLE is the most robust under strong FGSM",
        "table3",
        "above both others at epsilon >= 0.005",
        papers_decolle,
        white_box_decolle,
        IN_WHITE_BOX,
    ),
    Claim(
        "C17",
        "The more local the rule, the more robust under FGSM",
        "table3",
        "BPTT < e-prop < DECOLLE at every epsilon",
        partial(_more_local_more_robust, attack=PAPERS_ATTACK),
        partial(_more_local_more_robust, attack=WHITE_BOX),
        IN_WHITE_BOX,
    ),
    Claim(
        "C18",
        "The same by the share of accuracy that is left",
        "table3",
        "DECOLLE's share above both others', every epsilon",
        _retains_largest_share,
    ),
    Claim(
        "C19",
        "Global methods lose most of their accuracy at high epsilon",
        "table3",
        "less than a quarter left at the largest epsilon, BPTT and e-prop",
        _global_drop,
    ),
    Claim(
        "C26",
        "Recurrence enhances robustness",
        "table3, table4",
        "C14 and C20 together",
        both(partial(_retains_more, attack=PAPERS_ATTACK), partial(lower_asr, trigger=PAPERS_TRIGGER, most=REALISTIC)),
        _white_box_recurrence,
        IN_WHITE_BOX,
    ),
    Claim(
        "C30",
        "The gain in robustness from recurrence is largest for BPTT",
        "table3",
        "gain > the others', every epsilon",
        _robustness_gain_largest,
    ),
    Claim(
        "C35",
        "DECOLLE is robust under FGSM but has no advantage under backdoors",
        "table3, table4",
        "C16 and C22 together",
        both(papers_decolle, partial(no_advantage, trigger=PAPERS_TRIGGER)),
        white_box_decolle,
        IN_WHITE_BOX,
    ),
    Claim(
        "C37",
        "Without perturbation the attacked networks are those of Table 2",
        "table3",
        "equal accuracies",
        _same_models,
    ),
    Claim(
        "C38",
        "DECOLLE's robustness comes from its local losses",
        "table3",
        "DECOLLE above both others at epsilon >= 0.005",
        papers_decolle,
        white_box_decolle,
        IN_WHITE_BOX + "; local losses in an otherwise global network were not trained",
    ),
)
