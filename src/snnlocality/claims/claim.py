"""What a claim is, and what the tests of several claims share. docs/protocol.md says which sentence each claim is of.

A test is a function from evidence to contrasts (``claims.verdict``). Where the paper's own measurement may show
something else than what is claimed, a control asks the same of numbers that cannot be mistaken for it. The claims are
in ``claims.ledger``.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from snnlocality import registry
from snnlocality.claims.asked import PAPERS_ATTACK, WHITE_BOX
from snnlocality.claims.evidence import Evidence, MissingError
from snnlocality.claims.verdict import Contrast

METHODS = ("BPTT", "e-prop", "DECOLLE")  # global to local
ARCHITECTURES = ("FF", "REC")
VISION, SPEECH = "N-MNIST", "TIMIT"
LAYERS = ("1", "2", "out")
HIDDEN = LAYERS[:-1]
# Of the paper's strengths those at which networks are neither all right nor all wrong (the study ``full``).
STRENGTHS = (0.005, 0.01, 0.02)
Contrasts = Callable[[Evidence], list[Contrast]]


class Claim(NamedTuple):
    """One claim of the paper."""

    id: str  # a letter for the paper, whose claims are judged together, and a number
    words: str  # ours
    artifact: str
    test: str  # in words; "" if it cannot be tested
    contrasts: Contrasts | None = None
    control: Contrasts | None = None
    control_words: str = ""


def points(name: str, values: np.ndarray, low: float = 0.0, high: float = math.inf, equal: float = 0.0) -> Contrast:
    """A difference of percentages."""
    return Contrast(name, values, low, high, equal, -100.0, 100.0)


def mean(values: Iterable[np.ndarray]) -> np.ndarray:
    """Of cells, run by run (and recording by recording)."""
    return np.mean(list(values), axis=0)


def accuracy_of(e: Evidence, dataset: str, method: str, arch: str) -> np.ndarray:
    """Test accuracies of a cell of Table 2, in percent, by seed (and recording)."""
    return e.values("accuracy", dataset=dataset, method=method, arch=arch)


def attacked_of(e: Evidence, method: str, arch: str, epsilon: float, attack: str) -> np.ndarray:
    """The same under an attack, as in Table 3."""
    return e.values("attacked", attack=attack, method=method, arch=arch, epsilon=epsilon)


def robustness(e: Evidence, method: str, arch: str, attack: str) -> np.ndarray:
    """The mean accuracy under an attack over STRENGTHS: the area below the curve."""
    return mean(attacked_of(e, method, arch, epsilon, attack) for epsilon in strengths(e))


def poisoned_of(e: Evidence, method: str, arch: str, rate: float, trigger: str, metric: str = "attack_success_rate"):
    """A figure of poisoned runs, in percent, by pair of classes, as in Table 4."""
    return e.values("poisoned", trigger=trigger, method=method, arch=arch, poison_rate=rate, metric=metric)


def epsilons(e: Evidence) -> list[float]:
    """The strengths of attacks above zero; raises MissingError if there is none."""
    if not (found := sorted(epsilon for epsilon in e.choices("attacked", "epsilon") if epsilon > 0)):
        raise MissingError("no attack of any strength")
    return found


def strengths(e: Evidence) -> list[float]:
    """STRENGTHS; raises MissingError unless the study has all of them."""
    if missing := [f"{epsilon:g}" for epsilon in STRENGTHS if epsilon not in epsilons(e)]:
        raise MissingError(f"no attack of strength {', '.join(missing)}")
    return list(STRENGTHS)


def rates(e: Evidence, most: float = 1.0) -> list[float]:
    """The poison rates up to the most; raises MissingError if there is none."""
    if not (found := sorted(rate for rate in e.choices("poisoned", "poison_rate") if rate <= most)):
        raise MissingError(f"no poison rate up to {most:g}")
    return found


_IN_WHITE_BOX = "the same under white-box signs: a network that only the counterpart misses is not robust"


def under_attack(asked: Callable[..., list[Contrast]]) -> tuple[Contrasts, Contrasts, str]:
    """A claim's test, its control and what that is: contrasts under the paper's attack, and in the white box."""
    return partial(asked, attack=PAPERS_ATTACK), partial(asked, attack=WHITE_BOX), _IN_WHITE_BOX


def all_claims() -> tuple[Claim, ...]:
    """The claims of all files of the ledger, by their ids."""
    files = (registry.load(registry.CLAIMS, name) for name in registry.names(registry.CLAIMS))
    return tuple(sorted((claim for claims in files for claim in claims), key=lambda claim: claim.id))


def asked_by(followup: str | None) -> tuple[Claim, ...]:
    """The claims that a study judges: those of the follow-up that it names, or else of the ledger."""
    return registry.load(registry.FOLLOWUPS, followup) if followup else all_claims()
