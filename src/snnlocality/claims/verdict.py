"""From differences over seeds to a verdict on a claim.

A claim is a conjunction of contrasts: each asks that the expected value of a difference lies in a region, say above
zero. Two hypotheses are tested, each by one-sided t tests over seeds (paired where runs are paired):

- *holds*: every contrast lies in its region. The null hypothesis is that one does not, so the largest p counts (an
  intersection-union test needs no correction for the number of contrasts).
- *fails*: some contrast lies outside its region. The smallest p counts, times the number of contrasts (Bonferroni).

Values without any spread have no t; there the exact sign test takes its place.

Over all claims these p values are adjusted together (Benjamini & Hochberg 1995): of the claims so decided at most one
in twenty is expected to be decided wrongly. What is not decided is undecided.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.05
POWER = 0.8


class Verdict(StrEnum):
    """What can be said of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"
    CONFOUNDED = "confounded"  # it holds as the paper measures it, but fails under the control
    NOT_TESTABLE = "not testable"


class Contrast(NamedTuple):
    """A difference that a claim says something about."""

    name: str
    values: np.ndarray  # (n,) one per seed or pair; a single one for published numbers
    low: float = 0.0  # the claim: low < expected value < high
    high: float = math.inf


class Assessment(NamedTuple):
    """A claim against one set of numbers; the weakest contrast is the one that speaks most against it."""

    p_holds: float
    p_fails: float
    weakest: str
    effect: float
    ci_low: float
    ci_high: float
    n: int
    detectable: float  # smallest distance from its bound at which the weakest contrast would be found, in 8 of 10 cases


def satisfied(contrasts: Sequence[Contrast]) -> bool:
    """Whether the means themselves are as claimed: all that single published numbers allow to ask."""
    return all(contrast.low < np.mean(contrast.values) < contrast.high for contrast in contrasts)


def assess(contrasts: Sequence[Contrast]) -> Assessment:
    """Both p values, before adjustment, and the weakest contrast; raises ValueError without contrasts."""
    if not contrasts:
        raise ValueError("a claim needs a contrast")
    inside = [p_inside(contrast) for contrast in contrasts]
    outside = [p_outside(contrast) for contrast in contrasts]
    weakest = contrasts[int(np.argmin([_margin(contrast) for contrast in contrasts]))]
    n, mean = len(weakest.values), float(np.mean(weakest.values))
    error = float(np.std(weakest.values, ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    half = float(stats.t.ppf(1 - LEVEL / 2, n - 1)) * error if n > 1 else math.nan
    detectable = float(stats.t.ppf(1 - LEVEL, n - 1) + stats.t.ppf(POWER, n - 1)) * error if n > 1 else math.nan
    return Assessment(
        max(inside),
        min(1.0, len(contrasts) * min(outside)),
        weakest.name,
        mean,
        mean - half,
        mean + half,
        n,
        detectable,
    )


def p_inside(contrast: Contrast) -> float:
    """Of the null hypothesis that the expected value lies outside the region or on its bounds."""
    return max(_one_sided(contrast.values - contrast.low), _one_sided(contrast.high - contrast.values))


def p_outside(contrast: Contrast) -> float:
    """Of the null hypothesis that the expected value lies inside the region or on its bounds."""
    sides = math.isfinite(contrast.low) + math.isfinite(contrast.high)
    below, above = _one_sided(contrast.low - contrast.values), _one_sided(contrast.values - contrast.high)
    return min(1.0, sides * min(below, above))


def _one_sided(values: np.ndarray) -> float:
    """Student's p of the null hypothesis that the expected value is not above zero; 1 for a single value."""
    values = np.asarray(values, np.float64)
    if np.isposinf(values).all():
        return 0.0
    if np.isneginf(values).all() or len(values) < 2 or not np.isfinite(values).all():
        return 1.0
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        # No spread: saturated at a bound, the same by construction, or chance, as accuracies are whole numbers of
        # samples. Student's p has no meaning there; only the signs count (exact sign test).
        return 0.5 ** len(values) if values[0] > 0 else 1.0
    return float(stats.ttest_1samp(values, 0, alternative="greater").pvalue)


def _margin(contrast: Contrast) -> float:
    """How far inside its region the mean lies, in standard errors; negative outside."""
    n, mean = len(contrast.values), float(np.mean(contrast.values))
    error = float(np.std(contrast.values, ddof=1) / math.sqrt(n)) if n > 1 else 1.0
    return min(mean - contrast.low, contrast.high - mean) / (error or 1e-12)


def verdict(p_holds: float, p_fails: float, control: Verdict | None = None) -> Verdict:
    """From adjusted p values and, if the claim has a control, the verdict on that.

    A control that fails confounds what holds without it; one that is undecided leaves the claim undecided.
    """
    if p_fails < LEVEL:
        return Verdict.FAILS
    if p_holds >= LEVEL or control is Verdict.UNDECIDED:
        return Verdict.UNDECIDED
    return Verdict.CONFOUNDED if control is Verdict.FAILS else Verdict.HOLDS
