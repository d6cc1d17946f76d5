"""The verdict on synthetic results of known truth, both ways."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from snnlocality.claims.verdict import (
    Contrast,
    Verdict,
    assess,
    p_inside,
    p_outside,
    satisfied,
    verdict,
)


def seeds(mean, n=10, spread=1.0, seed=0):
    values = np.random.default_rng(seed).standard_normal(n)
    return mean + spread * (values - values.mean()) / values.std(ddof=1)


def judged(*contrasts):
    one = assess(contrasts)
    return verdict(one.p_holds, one.p_fails)


@pytest.mark.parametrize(
    ("contrasts", "expected"),
    [
        ([Contrast("a", seeds(5))], Verdict.HOLDS),
        ([Contrast("a", seeds(-5))], Verdict.FAILS),
        ([Contrast("a", seeds(0.1))], Verdict.UNDECIDED),
        ([Contrast("a", seeds(5)), Contrast("b", seeds(5))], Verdict.HOLDS),
        ([Contrast("a", seeds(5)), Contrast("b", seeds(-5))], Verdict.FAILS),
        ([Contrast("a", seeds(5)), Contrast("b", seeds(0))], Verdict.UNDECIDED),
        ([Contrast("slight", seeds(0), -2, 2)], Verdict.HOLDS),
        ([Contrast("slight", seeds(4), -2, 2)], Verdict.FAILS),
        ([Contrast("slight", seeds(-4), -2, 2)], Verdict.FAILS),
        ([Contrast("slight", seeds(2), -2, 2)], Verdict.UNDECIDED),
        ([Contrast("below", seeds(-5), -math.inf, 0)], Verdict.HOLDS),
        ([Contrast("same", np.zeros(10), -1e-6, 1e-6)], Verdict.HOLDS),
        ([Contrast("not the same", np.full(10, 0.1), -1e-6, 1e-6)], Verdict.FAILS),
        ([Contrast("equal by chance", np.full(2, 5.0))], Verdict.UNDECIDED),
        ([Contrast("three equal values are no proof", np.full(3, 5.0))], Verdict.UNDECIDED),
        ([Contrast("nor against it", np.full(3, -5.0))], Verdict.UNDECIDED),
        ([Contrast("a share of nothing", np.array([1.0, np.nan, 1.0]))], Verdict.UNDECIDED),
        ([Contrast("saturated", np.zeros(5), -math.inf, 0.25)], Verdict.HOLDS),
        ([Contrast("one seed", np.array([5.0]))], Verdict.UNDECIDED),
    ],
)
def test_known_truth(contrasts, expected):
    assert judged(*contrasts) is expected


@given(st.integers(1, 12), st.floats(1e-3, 1e3))
def test_values_without_spread_are_judged_by_their_signs(n, value):
    exact = stats.binomtest(n, n, alternative="greater").pvalue
    assert p_inside(Contrast("a", np.full(n, value))) == pytest.approx(exact if n > 1 else 1)
    assert p_outside(Contrast("a", np.full(n, -value))) == pytest.approx(exact if n > 1 else 1)
    assert p_inside(Contrast("a", np.full(n, -value))) == 1


def test_a_control_that_fails_confounds():
    assert verdict(0.01, 1.0, Verdict.FAILS) is Verdict.CONFOUNDED
    assert verdict(0.01, 1.0, Verdict.UNDECIDED) is Verdict.UNDECIDED
    assert verdict(0.01, 1.0, Verdict.HOLDS) is Verdict.HOLDS
    assert verdict(1.0, 0.01, Verdict.FAILS) is Verdict.FAILS
    assert verdict(1.0, 1.0, Verdict.FAILS) is Verdict.UNDECIDED


@given(st.floats(-3, 3), st.integers(2, 12), st.integers(0, 99))
def test_p_values_are_students(mean, n, seed):
    values = seeds(mean, n, seed=seed)
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert p_inside(Contrast("a", values)) == pytest.approx(expected)
    assert p_outside(Contrast("a", values)) == pytest.approx(1 - expected)


def test_claims_that_hold_by_chance_alone_are_rare():
    """At the bound itself, where the claim is just false, at most one in twenty is called true; and contrariwise."""
    random = np.random.default_rng(0)
    found = [
        judged(Contrast("a", random.standard_normal(5)), Contrast("b", 9 + random.standard_normal(5)))
        for _ in range(2000)
    ]
    assert 0.03 < np.mean([one is Verdict.HOLDS for one in found]) < 0.065
    assert np.mean([one is Verdict.FAILS for one in found]) < 0.04


def test_detectable_difference_is_found_in_eight_of_ten():
    random = np.random.default_rng(1)
    detectable = assess([Contrast("a", seeds(0, n=10))]).detectable
    found = [judged(Contrast("a", detectable + random.standard_normal(10))) is Verdict.HOLDS for _ in range(1000)]
    assert 0.74 < np.mean(found) < 0.86


def test_published_numbers_satisfy_or_do_not():
    assert satisfied([Contrast("a", np.array([0.1])), Contrast("b", np.array([-1.0]), -2, 0)])
    assert not satisfied([Contrast("a", np.array([0.1])), Contrast("b", np.array([1.0]), -2, 0)])


def test_the_weakest_contrast_speaks_most_against_the_claim():
    one = assess([Contrast("strong", seeds(5)), Contrast("weak", seeds(0.5)), Contrast("middling", seeds(3))])
    assert one.weakest == "weak"
    assert one.effect == pytest.approx(0.5)
    assert one.ci_low < 0.5 < one.ci_high
