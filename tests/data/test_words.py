"""The stand-in of SHD's shape: what the cochlea hears, and the words."""

import numpy as np
import pytest

from snnlocality.data.channels.cochlea import spikes
from snnlocality.data.channels.sensor import CHANNELS, SENSOR
from snnlocality.data.channels.words import SPEAKERS, WORDS, words
from snnlocality.data.vision.binning import unit_ids

RATE = 16_000


def tone(hertz, seconds=0.3, begin=0.0):
    time = np.arange(round(0.4 * RATE)) / RATE
    heard = (time >= begin) & (time < begin + seconds)
    return np.sin(2 * np.pi * hertz * time) * heard


def test_channels_are_in_order_of_frequency_and_evenly_spaced_on_the_scale_of_hearing():
    heard = [spikes(tone(hertz), RATE)[0] for hertz in (100, 300, 1000, 3000, 7000)]
    middles = np.array([np.median(channel) for channel in heard])
    assert (np.diff(middles) > 0).all()
    scale = 21.4 * np.log10(1 + 0.00437 * np.array([300, 1000, 3000]))  # at the edges a filter is cut
    lowest, highest = 21.4 * np.log10(1 + 0.00437 * np.array([60, 7600]))
    np.testing.assert_allclose(middles[1:4], (scale - lowest) / (highest - lowest) * (CHANNELS - 1), atol=6)


def test_spikes_come_when_something_is_heard_and_most_at_its_onset():
    _, time = spikes(tone(1000, seconds=0.2, begin=0.1), RATE)
    assert time.min() >= 90_000
    assert time.max() <= 330_000
    counts = np.histogram(time, bins=[100_000, 150_000, 200_000, 250_000, 300_000])[0]
    assert counts[0] > counts[1] >= counts[3] > 0


def test_how_loud_a_recording_is_does_not_matter_and_silence_is_silent():
    audio = tone(500) + 0.3 * tone(2000)
    for ours, louder in zip(spikes(audio, RATE), spikes(10 * audio, RATE), strict=True):
        np.testing.assert_array_equal(ours, louder)
    assert len(spikes(np.zeros(4000), RATE)[0]) == 0


def test_words_are_of_shds_shape():
    found = words()
    assert (found.units, found.classes, len(found.labels)) == (CHANNELS, 20, 2000)
    assert len(set(WORDS)) == 20
    assert np.bincount(found.labels).tolist() == [100] * 20
    assert np.bincount(found.labels[found.official_test]).tolist() == [20] * 20
    some = [found.recording(index) for index in range(0, 2000, 97)]
    assert 5000 < np.mean([len(one.time) for one in some]) < 11_000  # SHD: about 8000
    assert all((np.diff(one.time.astype(int)) >= 0).all() for one in some)
    assert {int(unit_ids(one, SENSOR).max()) // 100 for one in some} <= set(range(7))


@pytest.mark.parametrize("index", [0, 1234])
def test_a_recording_is_the_same_each_time_and_like_no_other(index):
    found = words()
    once, again, other = (found.recording(number) for number in (index, index, index + 1))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert len(once.time) != len(other.time) or not np.array_equal(once.x, other.x)


def test_nobody_is_heard_in_both_parts():
    found = words()
    speaker = np.repeat(np.arange(SPEAKERS), len(found.labels) // SPEAKERS)
    assert not set(speaker[found.official_test]) & set(speaker[~found.official_test])
