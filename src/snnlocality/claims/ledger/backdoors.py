"""Claims on poisoned training data (Table 4)."""

from functools import partial
from itertools import pairwise

from snnlocality.claims.claim import (
    ARCHITECTURES,
    AT_PAR,
    METHODS,
    PAPERS_TRIGGER,
    REALISTIC,
    WORKING_TRIGGER,
    Claim,
    lower_asr,
    no_advantage,
    poisoned_of,
    rates,
)
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast


def _at_par(e: Evidence, trigger: str) -> list[Contrast]:
    return [
        Contrast(
            f"{method} - BPTT, {arch}, rate {rate:g}",
            poisoned_of(e, method, arch, rate, trigger) - poisoned_of(e, "BPTT", arch, rate, trigger),
            -AT_PAR,
            AT_PAR,
        )
        for method in METHODS[1:]
        for arch in ARCHITECTURES
        for rate in rates(e)
    ]


def _grows_with_rate(e: Evidence, trigger: str) -> list[Contrast]:
    return [
        Contrast(
            f"{name}, {method} {arch}, rates {a:g} and {b:g}",
            sign
            * (poisoned_of(e, method, arch, b, trigger, metric) - poisoned_of(e, method, arch, a, trigger, metric)),
        )
        for name, metric, sign in (("ASR rises", "attack_success_rate", 1), ("accuracy falls", "accuracy", -1))
        for method in METHODS
        for arch in ARCHITECTURES
        for a, b in pairwise(rates(e))
    ]


def _poisoned_not_worse(e: Evidence, trigger: str) -> list[Contrast]:
    return [
        Contrast(
            f"accuracy, {method}, REC - FF, rate {rate:g}",
            poisoned_of(e, method, "REC", rate, trigger, "accuracy")
            - poisoned_of(e, method, "FF", rate, trigger, "accuracy"),
        )
        for method in METHODS
        for rate in rates(e)
    ]


_WORKING = "the same with a visible trigger: an invisible one makes label noise of the poison, not a backdoor"

CLAIMS = (
    Claim(
        "C20",
        "At realistic poison rates recurrence lowers the attack success rate",
        "table4",
        "FF - REC > 0 at rates up to 0.3",
        partial(lower_asr, trigger=PAPERS_TRIGGER, most=REALISTIC),
        partial(lower_asr, trigger=WORKING_TRIGGER, most=REALISTIC),
        _WORKING,
    ),
    Claim(
        "C21",
        "Recurrence lowers the attack success rate in general",
        "table4",
        "FF - REC > 0 at every rate",
        partial(lower_asr, trigger=PAPERS_TRIGGER),
        partial(lower_asr, trigger=WORKING_TRIGGER),
        _WORKING,
    ),
    Claim(
        "C22",
        "Local rules have no advantage under backdoor attacks",
        "table4",
        "mean ASR of DECOLLE not more than 2 points below BPTT's",
        partial(no_advantage, trigger=PAPERS_TRIGGER),
        partial(no_advantage, trigger=WORKING_TRIGGER),
        _WORKING,
    ),
    Claim(
        "C23",
        "Local rules are at par with global ones under backdoor attacks",
        "table4",
        "|ASR - that of BPTT| < 10 points in every cell",
        partial(_at_par, trigger=PAPERS_TRIGGER),
        partial(_at_par, trigger=WORKING_TRIGGER),
        _WORKING,
    ),
    Claim(
        "C24",
        "With the poison rate the ASR rises and accuracy falls",
        "table4",
        "every step, every series",
        partial(_grows_with_rate, trigger=PAPERS_TRIGGER),
    ),
    Claim(
        "C27",
        "Recurrent networks are no worse on poisoned data (implicit)",
        "table4",
        "accuracy, REC - FF > 0, every cell",
        partial(_poisoned_not_worse, trigger=PAPERS_TRIGGER),
    ),
)
