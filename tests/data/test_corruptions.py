import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from networks import as_events
from snnlocality.data.corruptions import CORRUPTIONS, corrupted

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 3), st.integers(1, 5))
COUNTS = hnp.arrays(np.int64, SHAPES, elements=st.integers(0, 3))
ONCE = hnp.arrays(np.int64, SHAPES, elements=st.integers(0, 1))
SEEDS = st.integers(0, 2**32 - 1)


def after(counts, how, amount, seed=0):
    events = as_events(counts.astype(np.float64))
    return corrupted(events, how, amount, 2.0, np.random.default_rng(seed)).dense()


@given(COUNTS, SEEDS, st.sampled_from((0.1, 0.5, 1.0, 3.0)))
def test_added_events_come_on_top_as_many_as_the_share_says(counts, seed, share):
    counts = counts + 2  # counted, so that nothing is drawn together
    found = after(counts, "added", share, seed)
    assert (found >= counts).all()
    own = counts.sum(axis=(0, 2))
    np.testing.assert_array_equal(found.sum(axis=(0, 2)), own + np.rint(share * own))


@given(COUNTS, SEEDS)
def test_missing_events_leave_the_others_where_they_were(counts, seed):
    assert (after(counts, "missing", 0.5, seed) <= counts).all()


def test_as_many_are_missing_as_the_share_says():
    counts = np.ones((50, 20, 30), int)
    assert after(counts, "missing", 0.3).mean() == pytest.approx(0.7, abs=0.01)


@given(COUNTS, SEEDS, st.sampled_from((0.01, 1.0, 100.0)))
def test_moved_events_stay_those_of_their_input_and_recording(counts, seed, deviation):
    counts = counts + 2
    np.testing.assert_array_equal(after(counts, "jitter_ms", deviation, seed).sum(axis=0), counts.sum(axis=0))


def test_events_move_by_the_deviation_in_steps_of_their_duration():
    counts = np.zeros((401, 1, 4000), int)
    counts[200] = 1
    steps = np.repeat(np.arange(401), after(counts, "jitter_ms", 40.0)[:, 0].sum(axis=1).astype(int))
    assert len(steps) == 4000
    assert steps.mean() == pytest.approx(200, abs=1)
    assert steps.std() == pytest.approx(20, rel=0.05)


@given(ONCE, SEEDS, st.sampled_from(sorted(CORRUPTIONS)))
def test_inputs_that_are_active_once_a_step_stay_so(counts, seed, how):
    assert after(counts, how, 0.9, seed).max(initial=0) <= 1


@given(COUNTS, SEEDS)
def test_samples_of_a_batch_come_in_its_order(counts, seed):
    order = np.random.default_rng(seed).permutation(counts.shape[1])
    events = as_events(counts.astype(np.float64))._replace(index=order)
    kept = corrupted(events, "missing", 1e-12, 2.0, np.random.default_rng(seed))
    np.testing.assert_array_equal(kept.dense(), counts[:, order])
