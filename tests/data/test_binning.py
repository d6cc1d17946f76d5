"""Binning against a dense brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snnlocality.data.vision.binning import bin_recording, pack, unit_ids
from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import UNITS


@st.composite
def recordings(draw):
    n = draw(st.integers(0, 60))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = np.sort(numbers.integers(0, 330_000, n)).astype(np.uint32)
    # Few pixels, so that units have several events in a bin.
    x, y, polarity = (numbers.integers(0, high, n).astype(np.uint8) for high in (3, 2, 2))
    return Recording(x, y, polarity, time)


def dense(recording, steps, duration_ms, counts):
    frames = np.zeros((steps, UNITS), int)
    for x, y, polarity, time in zip(*recording, strict=True):
        step = int(time) * steps // int(duration_ms * 1000)
        if step < steps:
            frames[step, int(polarity) * 1156 + int(y) * 34 + int(x)] += 1
    return frames if counts else np.minimum(frames, 1)


@given(recordings(), st.integers(1, 100), st.sampled_from([300.0, 105.0]), st.booleans())
def test_binned_events_are_the_dense_frames(recording, steps, duration_ms, counts):
    units, number = bin_recording(recording, steps, duration_ms, counts)
    frames = np.zeros((steps, UNITS), int)
    np.add.at(frames, (np.repeat(np.arange(steps), number), units), 1)
    np.testing.assert_array_equal(frames, dense(recording, steps, duration_ms, counts))


def test_units_are_numbered_by_polarity_row_and_column():
    recording = Recording(*(np.array([value]) for value in (33, 33, 1, 0)))
    assert unit_ids(recording) == [UNITS - 1]
    assert unit_ids(recording).dtype == np.uint16


@given(st.lists(recordings(), min_size=1, max_size=4))
def test_packing_concatenates_recordings(several):
    units, offsets = pack(several, 10, 300.0, False)
    assert len(offsets) == 10 * len(several) + 1
    assert offsets[-1] == len(units)
    for number, recording in enumerate(several):
        alone, _ = bin_recording(recording, 10, 300.0, False)
        np.testing.assert_array_equal(units[offsets[10 * number] : offsets[10 * number + 10]], alone)


@pytest.mark.parametrize("counts", [False, True])
def test_an_empty_recording_has_no_events(counts):
    units, number = bin_recording(Recording(*(np.empty(0, np.uint8),) * 4), 5, 300.0, counts)
    assert units.size == 0
    assert list(number) == [0] * 5
