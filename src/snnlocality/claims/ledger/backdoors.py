"""Claims on poisoned training data (Table 4), by the trigger that published numbers are compared with."""

from snnlocality.claims.asked import PAPERS_TRIGGER
from snnlocality.claims.claim import ARCHITECTURES, METHODS, Claim, mean, points, poisoned_of, rates
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

REALISTIC = 0.3  # poison rates up to here (C20)
NO_ADVANTAGE, AT_PAR = 2.0, 10.0  # points of attack success rate (C22, C23)
NOTHING, NOT_WORSE = 2.0, 0.5  # points without practical meaning: of attack success rate, and of accuracy


def _over_rates(e: Evidence, method: str, arch: str, most: float = 1.0, metric: str = "attack_success_rate"):
    return mean(poisoned_of(e, method, arch, rate, PAPERS_TRIGGER, metric) for rate in rates(e, most))


def lower_success(e: Evidence, method: str) -> Contrast:
    """By how much recurrence lowers a method's attack success rate."""
    forward, recurrent = (_over_rates(e, method, arch, REALISTIC) for arch in ARCHITECTURES)
    return points(f"{method}, FF - REC", forward - recurrent, equal=NOTHING)


def _lower_success(e: Evidence) -> list[Contrast]:
    return [lower_success(e, method) for method in METHODS]


def _beyond_bptt(e: Evidence, method: str, arch: str):
    return _over_rates(e, method, arch) - _over_rates(e, "BPTT", arch)


def _no_advantage(e: Evidence) -> list[Contrast]:
    return [
        points(
            f"{method} - BPTT, FF and REC", mean(_beyond_bptt(e, method, arch) for arch in ARCHITECTURES), -NO_ADVANTAGE
        )
        for method in METHODS[1:]
    ]


def _at_par(e: Evidence) -> list[Contrast]:
    return [
        points(f"{method} - BPTT, {arch}", _beyond_bptt(e, method, arch), -AT_PAR, AT_PAR)
        for method in METHODS[1:]
        for arch in ARCHITECTURES
    ]


def _not_worse(e: Evidence) -> list[Contrast]:
    return [
        points(
            f"accuracy, {method}, REC - FF",
            _over_rates(e, method, "REC", metric="accuracy") - _over_rates(e, method, "FF", metric="accuracy"),
            -NOT_WORSE,
        )
        for method in METHODS
    ]


CLAIMS = (
    Claim(
        "C20",
        "At realistic poison rates recurrence lowers the attack success rate",
        "table4",
        "FF - REC > 0, mean over rates up to .3, every method",
        _lower_success,
    ),
    Claim(
        "C22",
        "Local rules have no advantage under backdoor attacks",
        "table4",
        "mean attack success rate of e-prop and of DECOLLE not more than 2 points below BPTT's",
        _no_advantage,
    ),
    Claim(
        "C23",
        "Local rules are at par with global ones under backdoor attacks",
        "table4",
        "|mean attack success rate - that of BPTT| < 10 points, e-prop and DECOLLE, FF and REC",
        _at_par,
    ),
    Claim(
        "C27",
        "Recurrent networks are no worse on poisoned data (implicit)",
        "table4",
        "mean accuracy, REC - FF > -.5 points, every method",
        _not_worse,
    ),
)
