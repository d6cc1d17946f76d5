import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from networks import as_events

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 5))
COUNTS = hnp.arrays(np.int64, SHAPES, elements=st.integers(0, 3))


@given(COUNTS)
def test_events_written_out_are_what_they_were_listed_from(counts):
    events = as_events(counts.astype(np.float64))
    np.testing.assert_array_equal(events.dense(), counts)
    np.testing.assert_array_equal(events.counts(), counts.sum(axis=0))


@given(COUNTS, st.integers(0, 2**32 - 1))
def test_only_wanted_units_remain_each_once_a_step(counts, seed):
    wanted = np.random.default_rng(seed).random(counts.shape[1:]) < 0.5
    order = np.random.default_rng(seed).permutation(counts.shape[1])
    events = as_events(counts.astype(np.float64))._replace(index=order)
    np.testing.assert_array_equal(events.only(wanted).dense(), (counts[:, order] > 0) & wanted)
