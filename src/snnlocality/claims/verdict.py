"""From differences between runs to a verdict on a claim.

A claim is one contrast, or a conjunction of a few: each asks that the expected value of a difference lies in a region,
say above zero. What can be said of it, each with a p value of its own:

- *holds*: every contrast lies in its region. The largest of their two-sided p values counts (an intersection-union
  test needs no correction for the number of contrasts).
- *fails*: some contrast lies outside. The smallest p value counts, times the number of contrasts (Bonferroni).
- *practically equal*: some difference that the claim needs is smaller than what has a practical meaning: two one-sided
  tests (Schuirmann 1987), doubled too, times the number of contrasts. Such a contrast makes no claim hold, and none
  fail; and a claim that another contrast makes fail is not called equal.
- *confounded*: it holds as the paper measures it, but not under a control; or what is said differs between one learning
  rate of all cells and another.

Where each recording of the test part was judged alone, runs and recordings are both random, and crossed: the variance
of the mean is that of the balanced two-way layout. Else runs alone are.
Values without any spread have no t; there the exact sign test takes its place.

Of what can be said of a claim the one with the smallest p value counts, times the number of claims of the paper
(Bonferroni): the chance of any wrong verdict stays below one in twenty (docs/protocol.md says why, and why not Holm).
Where a study is looked at more than once, as seeds are added, a look's p values are divided by its share of that
chance.
"""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import permutations
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

LEVEL = 0.05
POWER = 0.8
_SMALLEST = 1e-300  # p value that is told apart from 0


class Verdict(StrEnum):
    """What can be said of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    EQUAL = "practically equal"
    CONFOUNDED = "confounded"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"


P = Mapping[Verdict, float]  # of what can be said of a claim


class Contrast(NamedTuple):
    """A difference that a claim says something about."""

    name: str
    values: np.ndarray  # (n,) one per seed or pair, or (n, recordings); a single one for published numbers
    low: float = 0.0  # the claim: low < expected value < high
    high: float = math.inf
    equal: float = 0.0  # a value between minus this and this has no practical meaning
    least: float = -math.inf  # what values can be
    most: float = math.inf


class Mean(NamedTuple):
    """The mean of a contrast, and what of its standard error is of runs and of recordings."""

    value: float
    of_runs: float  # NaN for a single run
    of_recordings: float  # 0 where recordings were not judged alone
    runs: int
    recordings: int

    def quantile(self, tail: float) -> float:
        """The distance that is exceeded with at most this chance, on one side.

        Each part of the error with the quantile of its own degrees of freedom, added in squares: with few runs a joint
        t distribution (Satterthwaite 1946) has tails that are far too light.
        """
        runs = float(stats.t.isf(tail, self.runs - 1)) * self.of_runs
        if not self.of_recordings:
            return runs
        return math.hypot(runs, float(stats.t.isf(tail, self.recordings - 1)) * self.of_recordings)

    def p_above(self) -> float:
        """Of the null hypothesis that the expected value is not above zero."""
        if not self.of_recordings:
            return float(stats.t.sf(self.value / self.of_runs, self.runs - 1))
        if self.value <= 0:
            return 1 - self._replace(value=-self.value).p_above() if self.value else 0.5
        if self.quantile(_SMALLEST) <= self.value:
            return _SMALLEST
        distance = lambda logarithm: self.quantile(math.exp(logarithm)) - self.value  # noqa: E731
        return math.exp(optimize.brentq(distance, math.log(_SMALLEST), math.log(0.5)))


class Assessment(NamedTuple):
    """A claim against one set of numbers; the weakest contrast is the one that speaks most against it."""

    p_holds: float
    p_fails: float
    p_equal: float
    weakest: str
    effect: float
    ci_low: float
    ci_high: float
    n: int
    detectable: float  # smallest distance from its bound at which the weakest contrast would be found, in 8 of 10 cases


def mean_of(values: np.ndarray) -> Mean:
    """Of values by run, (n,), or by run and recording, (n, recordings).

    The variance of the latter's mean is (runs + recordings - rest) / all, in mean squares of the two-way layout without
    replication (Cornfield & Tukey 1956); what recordings add is taken to be at least nothing.
    """
    values = np.asarray(values, np.float64)
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return Mean(mean, math.nan, 0.0, n, 1)
    by_run = values.reshape(n, -1).mean(axis=1)
    of_runs = float(np.std(by_run, ddof=1)) / math.sqrt(n)
    if values.ndim == 1 or values.shape[1] < 2:
        return Mean(mean, of_runs, 0.0, n, 1)
    m = values.shape[1]
    by_recording = values.mean(axis=0)
    recordings = n * float(np.var(by_recording, ddof=1))
    rest = float(np.sum((values - by_run[:, None] - by_recording + mean) ** 2)) / ((n - 1) * (m - 1))
    return Mean(mean, of_runs, math.sqrt(max(recordings - rest, 0.0) / (n * m)), n, m)


def satisfied(contrasts: Sequence[Contrast]) -> bool:
    """Whether the means themselves are as claimed: all that single published numbers allow to ask."""
    return all(contrast.low < np.mean(contrast.values) < contrast.high for contrast in contrasts)


def assess(contrasts: Sequence[Contrast]) -> Assessment:
    """What can be said of a claim, with p values before adjustment; raises ValueError without contrasts."""
    if not contrasts:
        raise ValueError("a claim needs a contrast")
    k = len(contrasts)
    weakest = contrasts[int(np.argmin([_margin(contrast) for contrast in contrasts]))]
    mean = mean_of(weakest.values)
    half = mean.quantile(LEVEL / 2)
    equal = [p_equal(contrast) for contrast in contrasts]
    matter = [p_outside(contrast) for contrast, p in zip(contrasts, equal, strict=True) if p >= LEVEL]
    inside = max(p_inside(contrast) for contrast in contrasts)
    fails = min(1.0, 2 * k * min(matter, default=1.0))
    return Assessment(
        min(1.0, 2 * inside) if len(matter) == k else 1.0,
        fails,
        min(1.0, 2 * k * min(equal)) if fails >= LEVEL else 1.0,
        weakest.name,
        mean.value,
        float(np.maximum(mean.value - half, weakest.least)),
        float(np.minimum(mean.value + half, weakest.most)),
        len(weakest.values),
        half + mean.quantile(1 - POWER),
    )


def speaking(contrasts: Sequence[Contrast], verdict: Verdict) -> Assessment:
    """The contrast that decides: one that fails or is practically equal where that is the verdict, or the weakest."""
    if verdict is Verdict.EQUAL:
        contrasts = [min(contrasts, key=p_equal)]
    elif verdict is Verdict.FAILS:
        contrasts = [min(contrasts, key=lambda contrast: (p_equal(contrast) < LEVEL, p_outside(contrast)))]
    return assess(contrasts)


def p_inside(contrast: Contrast) -> float:
    """Of the null hypothesis that the expected value lies outside the region or on its bounds."""
    return max(_one_sided(contrast.values - contrast.low), _one_sided(contrast.high - contrast.values))


def p_outside(contrast: Contrast) -> float:
    """Of the null hypothesis that the expected value lies inside the region or on its bounds."""
    return min(_one_sided(contrast.low - contrast.values), _one_sided(contrast.values - contrast.high))


def p_equal(contrast: Contrast) -> float:
    """Of the null hypothesis that the expected value has a practical meaning; 1 where nothing is said to have none."""
    if not contrast.equal:
        return 1.0
    return max(_one_sided(contrast.values + contrast.equal), _one_sided(contrast.equal - contrast.values))


def _one_sided(values: np.ndarray) -> float:
    """Student's p of the null hypothesis that the expected value is not above zero; 1 for a single run."""
    values = np.asarray(values, np.float64)
    if np.isposinf(values).all():
        return 0.0
    if np.isneginf(values).all() or len(values) < 2 or not np.isfinite(values).all():
        return 1.0
    mean, by_run = mean_of(values), values.reshape(len(values), -1).mean(axis=1)
    if not mean.of_recordings and np.ptp(by_run) <= 1e-9 * np.abs(by_run).max():
        # No spread: saturated at a bound, the same by construction, or chance, as accuracies are whole numbers of
        # samples. Student's p has no meaning there; only the signs count (exact sign test).
        return 0.5 ** len(by_run) if by_run[0] > 0 else 1.0
    return mean.p_above()


def _margin(contrast: Contrast) -> float:
    """How far inside its region the mean lies, in standard errors; negative outside."""
    mean = mean_of(contrast.values)
    error = math.hypot(mean.of_runs, mean.of_recordings)
    distance = min(mean.value - contrast.low, contrast.high - mean.value)
    return distance / ((1.0 if math.isnan(error) else error) or 1e-12)


def said(claim: Assessment, control: Assessment | None = None) -> P:
    """What one set of numbers says of a claim: it holds only where its control does too."""
    if control is None:
        return {Verdict.HOLDS: claim.p_holds, Verdict.FAILS: claim.p_fails, Verdict.EQUAL: claim.p_equal}
    against = min(control.p_fails, control.p_equal)
    return {
        Verdict.HOLDS: max(claim.p_holds, control.p_holds),
        Verdict.FAILS: claim.p_fails,
        Verdict.EQUAL: claim.p_equal,
        Verdict.CONFOUNDED: max(claim.p_holds, min(1.0, 2 * against)),
    }


def agreed(by_rate: Sequence[P]) -> P:
    """What all learning rates say alike; and, as confounded, that one says something else than another."""
    alike = {verdict: max(p[verdict] for p in by_rate) for verdict in (Verdict.HOLDS, Verdict.FAILS, Verdict.EQUAL)}
    conflicts = [p[Verdict.CONFOUNDED] for p in by_rate if Verdict.CONFOUNDED in p]
    conflicts += [
        max(one[a], other[b]) for one, other in permutations(by_rate, 2) for a in alike for b in alike if a < b
    ]
    if not conflicts:
        return alike
    return {**alike, Verdict.CONFOUNDED: min(1.0, len(conflicts) * min(conflicts))}


def verdicts(claims: Mapping[str, P], number: int) -> dict[str, tuple[Verdict, float]]:
    """The verdict on each claim, what has its smallest p value, and that times the number of claims of its family.

    ``number``: of all of the family, those that a study cannot test, or not yet, too: what is added later to a study
    that is run in pieces takes no verdict back.
    """
    found = {}
    for name, p in claims.items():
        verdict = min(p, key=p.__getitem__)
        adjusted = min(1.0, number * p[verdict])
        found[name] = verdict if adjusted < LEVEL else Verdict.UNDECIDED, adjusted
    return found
