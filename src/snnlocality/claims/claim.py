"""What a claim is, and what the tests of several claims share; thresholds are older than any test on our numbers.

A test is a function from evidence to contrasts (``claims.verdict``). Where the paper's own measurement may show
something else than what is claimed, a control asks the same of numbers that cannot be mistaken for it. The claims are
in ``claims.ledger``.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from snnlocality import registry
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

METHODS = ("BPTT", "e-prop", "DECOLLE")  # global to local
ARCHITECTURES = ("FF", "REC")
VISION, SPEECH = "N-MNIST", "TIMIT"
PAPERS_ATTACK, WHITE_BOX = "counterpart", "white_box_mean"
PAPERS_TRIGGER, WORKING_TRIGGER = (
    "invisible",
    "visible",
)  # the published table fits label noise, and a test set poisoned at the same rate: docs/claims.md
LAYERS = ("1", "2", "out")
HIDDEN = LAYERS[:-1]
HIGH_EPSILON = 0.005  # from here on a perturbation counts as high (C16)
REALISTIC = 0.3  # poison rates up to here (C20)
NO_ADVANTAGE, AT_PAR = 2.0, 10.0  # points of ASR (C22, C23)
Contrasts = Callable[[Evidence], list[Contrast]]


class Claim(NamedTuple):
    """One claim of the paper."""

    id: str
    words: str  # ours
    artifact: str
    test: str  # in words; "" if it cannot be tested
    contrasts: Contrasts | None = None
    control: Contrasts | None = None
    control_words: str = ""


def accuracy_of(e: Evidence, dataset: str, method: str, arch: str) -> np.ndarray:
    """Test accuracies of a cell of Table 2, in percent, by seed."""
    return e.values("accuracy", dataset=dataset, method=method, arch=arch)


def attacked_of(e: Evidence, method: str, arch: str, epsilon: float, attack: str) -> np.ndarray:
    """The same under an attack, as in Table 3."""
    return e.values("attacked", attack=attack, method=method, arch=arch, epsilon=epsilon)


def poisoned_of(e: Evidence, method: str, arch: str, rate: float, trigger: str, metric: str = "attack_success_rate"):
    """A figure of poisoned runs, in percent, by pair of classes, as in Table 4."""
    return e.values("poisoned", trigger=trigger, method=method, arch=arch, poison_rate=rate, metric=metric)


def epsilons(e: Evidence, least: float = 0.0) -> list[float]:
    """The strengths of attacks above zero, from the least on."""
    return sorted(epsilon for epsilon in e.choices("attacked", "epsilon") if epsilon > 0 and epsilon >= least)


def rates(e: Evidence, most: float = 1.0) -> list[float]:
    """The poison rates up to the most."""
    return sorted(rate for rate in e.choices("poisoned", "poison_rate") if rate <= most)


def decolle_best(e: Evidence, attack: str) -> list[Contrast]:
    """That DECOLLE withstands an attack best."""
    return [
        Contrast(
            f"DECOLLE - {other}, {arch}, epsilon {epsilon:g}",
            attacked_of(e, "DECOLLE", arch, epsilon, attack) - attacked_of(e, other, arch, epsilon, attack),
        )
        for arch in ARCHITECTURES
        for epsilon in epsilons(e, HIGH_EPSILON)
        for other in METHODS[:2]
    ]


def lower_asr(e: Evidence, trigger: str, most: float = 1.0) -> list[Contrast]:
    """That attacks succeed less often with recurrence."""
    return [
        Contrast(
            f"{method}, FF - REC, rate {rate:g}",
            poisoned_of(e, method, "FF", rate, trigger) - poisoned_of(e, method, "REC", rate, trigger),
        )
        for method in METHODS
        for rate in rates(e, most)
    ]


def no_advantage(e: Evidence, trigger: str) -> list[Contrast]:
    """That DECOLLE has no lower attack success rate than the others."""
    cells = [(arch, rate) for arch in ARCHITECTURES for rate in rates(e)]
    differences = [poisoned_of(e, "DECOLLE", *cell, trigger) - poisoned_of(e, "BPTT", *cell, trigger) for cell in cells]
    return [Contrast("ASR of DECOLLE - BPTT, mean over cells", np.mean(differences, axis=0), -NO_ADVANTAGE)]


def both(*tests: Contrasts) -> Contrasts:
    """The contrasts of several claims together."""
    return lambda e: [contrast for test in tests for contrast in test(e)]


white_box_decolle = partial(decolle_best, attack=WHITE_BOX)
papers_decolle = partial(decolle_best, attack=PAPERS_ATTACK)
IN_WHITE_BOX = "the same under white-box signs: a network that only the counterpart misses is not robust"


def all_claims() -> tuple[Claim, ...]:
    """The claims of all files, by their ids."""
    files = (registry.load(registry.CLAIMS, name) for name in registry.names(registry.CLAIMS))
    return tuple(sorted((claim for claims in files for claim in claims), key=lambda claim: claim.id))
