"""The verdict on synthetic results of known truth, both ways."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from snnlocality.claims.verdict import (
    LEVEL,
    Contrast,
    Mean,
    Verdict,
    agreed,
    assess,
    mean_of,
    p_equal,
    p_inside,
    p_outside,
    said,
    satisfied,
    verdicts,
)

CERTAIN = {Verdict.HOLDS: 1e-9, Verdict.FAILS: 1.0, Verdict.EQUAL: 1.0}
NOTHING = dict.fromkeys(CERTAIN, 1.0)


def seeds(mean, n=10, spread=1.0, seed=0):
    values = np.random.default_rng(seed).standard_normal(n)
    return mean + spread * (values - values.mean()) / values.std(ddof=1)


def crossed(random, n, recordings, of_runs, of_recordings, rest=1.0):
    """Values by run and recording, of expectation 0, whose three parts have these standard deviations."""
    return (
        of_runs * random.standard_normal((n, 1))
        + of_recordings * random.standard_normal((1, recordings))
        + rest * random.standard_normal((n, recordings))
    )


def judged(*contrasts, control=()):
    control = assess(control) if control else None
    return verdicts({"claim": said(assess(contrasts), control)}, 1)["claim"][0]


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
        ([Contrast("saturated", np.zeros(6), -math.inf, 0.25)], Verdict.HOLDS),
        ([Contrast("one seed", np.array([5.0]))], Verdict.UNDECIDED),
        ([Contrast("too small to matter", seeds(0), equal=2)], Verdict.EQUAL),
        ([Contrast("above zero, but too small to matter", seeds(1), equal=3)], Verdict.EQUAL),
        ([Contrast("below zero, but too small to matter", seeds(-1), equal=3)], Verdict.EQUAL),
        ([Contrast("may matter", seeds(1.9), equal=2)], Verdict.HOLDS),
        ([Contrast("holds", seeds(5), equal=2), Contrast("too small", seeds(0), equal=2)], Verdict.EQUAL),
        ([Contrast("fails", seeds(-5), equal=2), Contrast("too small", seeds(0), equal=2)], Verdict.FAILS),
        ([Contrast("by recordings", 5 + crossed(np.random.default_rng(0), 6, 50, 1, 3))], Verdict.HOLDS),
        ([Contrast("by recordings", -5 + crossed(np.random.default_rng(0), 6, 50, 1, 3))], Verdict.FAILS),
    ],
)
def test_known_truth(contrasts, expected):
    assert judged(*contrasts) is expected


@pytest.mark.parametrize(
    ("claim", "control", "expected"),
    [
        (5, 5, Verdict.HOLDS),
        (5, -5, Verdict.CONFOUNDED),
        (5, 0, Verdict.CONFOUNDED),  # nothing is left of it
        (5, 1.9, Verdict.HOLDS),
        (5, None, Verdict.UNDECIDED),  # a control that cannot tell
        (-5, 5, Verdict.FAILS),
        (0.3, -5, Verdict.EQUAL),
    ],
)
def test_a_control_must_hold_too(claim, control, expected):
    values = np.array([5.0, -4.0, 3.0]) if control is None else seeds(control)
    assert judged(Contrast("a", seeds(claim), equal=2), control=[Contrast("a", values, equal=2)]) is expected


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ((5, 5, 5), Verdict.HOLDS),
        ((-5, -5, -5), Verdict.FAILS),
        ((0, 0.3, 0), Verdict.EQUAL),
        ((5, 5, -5), Verdict.CONFOUNDED),
        ((-5, 5, 5), Verdict.CONFOUNDED),
        ((5, 0, 5), Verdict.CONFOUNDED),
    ],
)
def test_what_learning_rates_do_not_say_alike_is_confounded(effects, expected):
    by_rate = [said(assess([Contrast("a", seeds(effect), equal=2)])) for effect in effects]
    assert verdicts({"claim": agreed(by_rate)}, 1)["claim"][0] is expected


def test_a_learning_rate_that_cannot_tell_leaves_a_claim_undecided():
    by_rate = [said(assess([Contrast("a", values)])) for values in (seeds(5), np.array([5.0, -4.0, 3.0]))]
    assert verdicts({"claim": agreed(by_rate)}, 1)["claim"][0] is Verdict.UNDECIDED


@given(st.integers(1, 12), st.floats(1e-3, 1e3))
def test_values_without_spread_are_judged_by_their_signs(n, value):
    exact = stats.binomtest(n, n, alternative="greater").pvalue
    assert p_inside(Contrast("a", np.full(n, value))) == pytest.approx(exact if n > 1 else 1)
    assert p_outside(Contrast("a", np.full(n, -value))) == pytest.approx(exact if n > 1 else 1)
    assert p_inside(Contrast("a", np.full(n, -value))) == 1


@given(st.floats(-3, 3), st.integers(2, 12), st.integers(0, 99))
def test_p_values_are_students(mean, n, seed):
    values = seeds(mean, n, seed=seed)
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert p_inside(Contrast("a", values)) == pytest.approx(expected)
    assert p_outside(Contrast("a", values)) == pytest.approx(1 - expected)
    below = stats.ttest_1samp(values, 1, alternative="less").pvalue
    above = stats.ttest_1samp(values, -1, alternative="greater").pvalue
    assert p_equal(Contrast("a", values, equal=1)) == pytest.approx(max(below, above))


def test_the_two_way_variance_is_that_of_the_layout_by_brute_force():
    """Mean squares by their definitions, element by element (Cornfield & Tukey 1956)."""
    y = crossed(np.random.default_rng(3), 4, 7, 2.0, 3.0)
    n, m, grand = 4, 7, y.mean()
    runs = sum(m * (y[i].mean() - grand) ** 2 for i in range(n)) / (n - 1)
    recordings = sum(n * (y[:, j].mean() - grand) ** 2 for j in range(m)) / (m - 1)
    rest = sum((y[i, j] - y[i].mean() - y[:, j].mean() + grand) ** 2 for i in range(n) for j in range(m))
    rest /= (n - 1) * (m - 1)
    found = mean_of(y)
    assert found.value == pytest.approx(grand)
    assert found.of_runs**2 == pytest.approx(runs / (n * m))
    assert found.of_recordings**2 == pytest.approx((recordings - rest) / (n * m))


def test_it_agrees_with_a_bootstrap_of_runs_and_recordings():
    """Both resampled, and not one within the other (Owen 2007), whose variance is a little too large by design."""
    random = np.random.default_rng(4)
    y = crossed(random, 20, 60, 1.0, 2.0)
    means = [y[np.ix_(random.integers(0, 20, 20), random.integers(0, 60, 60))].mean() for _ in range(4000)]
    found = mean_of(y)
    assert math.hypot(found.of_runs, found.of_recordings) == pytest.approx(np.std(means), rel=0.1)


@pytest.mark.parametrize("of_runs", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("of_recordings", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("n", [3, 5, 20])
def test_intervals_over_runs_and_recordings_cover(of_runs, of_recordings, n):
    random = np.random.default_rng(5)
    covered = []
    for _ in range(1000):
        one = assess([Contrast("a", crossed(random, n, 40, of_runs, of_recordings))])
        covered.append(one.ci_low < 0 < one.ci_high)
    assert np.mean(covered) > 0.94  # 95 %, but for the scatter of 1000 trials


@pytest.mark.parametrize("of_runs", [0.02, 0.1, 0.3])
def test_a_claim_among_many_looked_at_thrice_is_no_more_often_wrong(of_runs):
    """Far in the tail, where a joint t distribution would be wrong up to eight times as often with five runs.

    Mean squares are drawn from their distributions: a million layouts would take an hour.
    """
    random, n, m, trials, level = np.random.default_rng(7), 5, 2000, 400_000, LEVEL / 2 / 29
    runs = (m * of_runs**2 + 1) * random.chisquare(n - 1, trials) / (n - 1) / (n * m)
    recordings = (n + 1) * random.chisquare(m - 1, trials) / (m - 1) / (n * m)
    rest = random.chisquare((n - 1) * (m - 1), trials) / ((n - 1) * (m - 1)) / (n * m)
    error = math.sqrt(of_runs**2 / n + 1 / m + 1 / (n * m))
    own = Mean(0.0, 1.0, 0.0, n, 1).quantile(level), Mean(0.0, 1.0, 0.0, m, 1).quantile(level)
    one = Mean(0.0, float(np.sqrt(runs[0])), float(np.sqrt(max(recordings[0] - rest[0], 0))), n, m)
    bound = np.hypot(own[0] * np.sqrt(runs), own[1] * np.sqrt(np.maximum(recordings - rest, 0)))
    assert one.quantile(level) == pytest.approx(bound[0])
    assert np.mean(error * random.standard_normal(trials) > bound) < 1.15 * level


@given(st.floats(-5, 5), st.floats(0.01, 2), st.floats(0.01, 2), st.integers(2, 20))
def test_the_p_value_belongs_to_the_interval(value, of_runs, of_recordings, n):
    one = Mean(value, of_runs, of_recordings, n, 50)
    assert 0 < one.p_above() <= 1
    if 1e-12 < one.p_above() < 0.5:
        spread = of_runs + of_recordings  # what a p value near a half can be told apart by
        assert one.quantile(one.p_above()) == pytest.approx(value, rel=1e-6, abs=1e-7 * spread)


def test_seeds_alone_would_not_cover():
    """What a few seeds share, the recordings, is not seen in their scatter."""
    random = np.random.default_rng(6)
    by_seed = [crossed(random, 5, 40, 0.0, 2.0).mean(axis=1) for _ in range(500)]
    intervals = [assess([Contrast("a", values)]) for values in by_seed]
    assert np.mean([one.ci_low < 0 < one.ci_high for one in intervals]) < 0.8


def test_no_interval_leaves_the_range():
    one = assess([Contrast("a share", np.array([0.7, 0.99, 1.0]), least=0, most=1)])
    assert (one.ci_high, one.ci_low > 0) == (1.0, True)


@pytest.mark.parametrize("truth", [0.0, 1.0, -1.0])
def test_verdicts_that_are_wrong_are_rare(truth):
    """Where a difference is nothing, and where it is just not nothing: at most one verdict in twenty is wrong."""
    random = np.random.default_rng(0)
    right = {0.0: {Verdict.EQUAL, Verdict.UNDECIDED}, 1.0: {Verdict.HOLDS}, -1.0: {Verdict.FAILS}}[truth]
    found = [
        judged(
            Contrast("a", truth + random.standard_normal(8), equal=1.0), Contrast("b", 9 + random.standard_normal(8))
        )
        for _ in range(2000)
    ]
    assert np.mean([one not in {*right, Verdict.UNDECIDED} for one in found]) < 0.062


def test_a_family_of_claims_has_a_wrong_verdict_as_rarely():
    """Twenty claims on nothing and one that is true, by two looks at them."""
    random = np.random.default_rng(1)
    wrong, detected = [], []
    for _ in range(400):
        claims = {f"{number}": said(assess([Contrast("a", random.standard_normal(6))])) for number in range(20)}
        found = verdicts({**claims, "true": said(assess([Contrast("a", seeds(9, 6))]))}, 21)
        wrong.append(any(found[name][0] is not Verdict.UNDECIDED for name in claims))
        detected.append(found["true"][0] is Verdict.HOLDS)
    assert np.mean(wrong) < 0.075
    assert all(detected)


def test_p_values_are_multiplied_by_the_number_of_claims():
    p = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}
    found = verdicts({name: {**NOTHING, Verdict.HOLDS: one} for name, one in p.items()}, 4)
    assert [found[name][0] for name in "abcd"] == [Verdict.HOLDS, *[Verdict.UNDECIDED] * 2, Verdict.HOLDS]
    assert [found[name][1] for name in "abcd"] == pytest.approx([0.04, 0.16, 0.12, 0.02])


@pytest.mark.parametrize("error", [0.05, 0.2])
def test_claims_that_are_just_not_equal_are_not_called_so(error):
    """All of a family hold and are just as large as has a meaning: a step-down adjustment would often fail here."""
    random = np.random.default_rng(8)
    wrong = []
    for _ in range(300):
        values = 1 + error * math.sqrt(10) * random.standard_normal((20, 10))
        claims = {f"{number}": said(assess([Contrast("a", one, equal=1.0)])) for number, one in enumerate(values)}
        wrong.append(
            any(found[0] in (Verdict.EQUAL, Verdict.FAILS) for found in verdicts(claims, len(claims)).values())
        )
    assert np.mean(wrong) < 0.065


@pytest.mark.parametrize(("control", "wrong"), [(0.0, Verdict.HOLDS), (1.0, Verdict.CONFOUNDED)])
def test_a_claim_on_the_edge_with_a_control_on_the_edge(control, wrong):
    random = np.random.default_rng(9)
    found = []
    for _ in range(1500):
        claim = Contrast("a", 1 + 0.1 * random.standard_normal(20), equal=1.0)
        beside = Contrast("b", control + (0.1 if control else 4.0) * random.standard_normal(20), equal=1.0)
        found.append(judged(claim, control=[beside]))
    assert np.mean([one in (wrong, Verdict.EQUAL, Verdict.FAILS) for one in found]) < 0.062


def test_runs_without_spread_have_that_of_their_recordings():
    stuck = np.zeros((20, 40))
    stuck[:, 0] = 1.0
    assert p_inside(Contrast("one recording of forty", stuck)) > 0.1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_more_evidence_never_undoes_a_verdict(p):
    """So a claim that was decided at one look stays so at the next, where no p value is larger."""
    claims = {f"{number}": {**NOTHING, Verdict.HOLDS: one} for number, one in enumerate(p)}
    smaller = {name: {**NOTHING, Verdict.HOLDS: one[Verdict.HOLDS] / 2} for name, one in claims.items()}
    before, after = (verdicts(one, len(p)) for one in (claims, smaller))
    assert all(after[name][0] is Verdict.HOLDS for name in claims if before[name][0] is Verdict.HOLDS)


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


def test_a_claim_alone_is_certain_at_the_level():
    assert verdicts({"claim": CERTAIN}, 1)["claim"] == (Verdict.HOLDS, 1e-9)
    assert verdicts({"claim": {**NOTHING, Verdict.HOLDS: LEVEL}}, 1)["claim"][0] is Verdict.UNDECIDED
