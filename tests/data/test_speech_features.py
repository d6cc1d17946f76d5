import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snnlocality.data.speech.features import (
    HOP,
    WINDOW,
    features,
    frame_count,
    frame_labels,
)
from snnlocality.data.speech.normalisation import mean_and_scale
from snnlocality.data.speech.phone_symbols import PHONES_39, PHONES_61
from snnlocality.data.speech.timit import timit_sample
from snnlocality.data.speech.utterances import Segment, Utterance
from snnlocality.errors import UserError


def noise(samples, seed=0, segments=None, rate=16000):
    audio = (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)
    return Utterance(audio, rate, segments or (Segment(0, samples, "h#"),))


def cepstra_by_definition(audio):
    """The 13 cepstra of one window of 400 samples, in float64 from the textbook formulae."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.abs(np.fft.rfft(32768.0 * audio.astype(np.float64) * hann)) ** 2
    frequency = np.arange(201) * 40.0

    def mel(hertz):
        return 2595 * np.log10(1 + hertz / 700)

    edges = 700 * (10 ** (np.linspace(mel(20), mel(8000), 28) / 2595) - 1)
    energies = [
        power @ np.clip(np.minimum((frequency - low) / (top - low), (high - frequency) / (high - top)), 0, None)
        for low, top, high in zip(edges, edges[1:], edges[2:], strict=False)
    ]
    logarithms = np.log(np.array(energies) + 1e-6)
    index = np.arange(26)
    cosines = np.cos(np.pi / 26 * (index[None] + 0.5) * np.arange(13)[:, None]) * np.sqrt(2 / 26)
    cosines[0] /= np.sqrt(2)
    return cosines @ logarithms


def deltas_by_definition(values):
    """Slope of the regression line through five frames, edges repeated: (n, f) to (n, f)."""
    padded = np.concatenate([values[:1], values[:1], values, values[-1:], values[-1:]])
    return np.array([(np.arange(-2, 3)[:, None] * padded[i : i + 5]).sum(axis=0) / 10 for i in range(len(values))])


def test_cepstra_are_those_of_the_definition():
    spoken = noise(4000)
    values = features(spoken)
    expected = [cepstra_by_definition(spoken.audio[160 * i : 160 * i + 400]) for i in range(len(values))]
    np.testing.assert_allclose(values[:, :13], expected, rtol=1e-4, atol=1e-3)


def test_deltas_are_regression_slopes():
    values = features(noise(4000)).astype(np.float64)
    np.testing.assert_allclose(values[:, 13:26], deltas_by_definition(values[:, :13]), atol=1e-4)
    np.testing.assert_allclose(values[:, 26:], deltas_by_definition(values[:, 13:26]), atol=1e-4)


@given(st.integers(WINDOW, 4000))
def test_as_many_frames_as_whole_windows_fit(samples):
    values = features(noise(samples))
    assert values.shape == (frame_count(samples), 39)
    assert values.dtype == np.float32
    assert HOP * (len(values) - 1) + WINDOW <= samples < HOP * len(values) + WINDOW


@given(st.lists(st.tuples(st.integers(1, 900), st.sampled_from(PHONES_61)), min_size=1, max_size=30))
def test_labels_are_the_phones_at_the_centres_160_samples_apart(stretches):
    ends = np.cumsum([length for length, _ in stretches]).tolist()
    segments = tuple(
        Segment(start, end, phone) for start, end, (_, phone) in zip([0, *ends], ends, stretches, strict=False)
    )
    spoken = Utterance(np.zeros(ends[-1], np.float32), 16000, segments)
    count = frame_count(ends[-1])
    every_sample = np.repeat([PHONES_61.index(segment.phone) for segment in segments], np.diff([0, *ends]))
    labels = frame_labels(spoken, count, 61)
    assert labels.dtype == np.uint8
    assert np.array_equal(labels, every_sample[200 : 200 + 160 * count : 160][:count])


def test_labels_do_not_drift_over_a_long_utterance():
    segments = tuple(Segment(1600 * i, 1600 * (i + 1), ("iy", "s")[i % 2]) for i in range(100))
    labels = frame_labels(Utterance(np.zeros(160_000, np.float32), 16000, segments), 998, 61)
    changes = np.flatnonzero(np.diff(labels)) + 1
    assert np.array_equal(changes, np.ceil((1600 * np.arange(1, 100) - 200) / 160))


def test_labels_fold_to_39_classes():
    segments = (Segment(0, 500, "h#"), Segment(500, 1000, "ix"))
    labels = frame_labels(Utterance(np.zeros(1000, np.float32), 16000, segments), 4, 39)
    assert [PHONES_39[label] for label in labels] == ["sil", "sil", "ih", "ih"]


def test_unfit_audio_is_refused():
    with pytest.raises(UserError, match="16000 samples per second, not 8000"):
        features(noise(4000, rate=8000))
    with pytest.raises(UserError, match="shorter than one window"):
        features(noise(399))
    with pytest.raises(UserError, match="reach past the labelled 1000"):
        frame_labels(noise(1000), 7, 61)


def test_mean_and_scale_normalise():
    values = np.random.default_rng(0).normal(3, 5, (1000, 4)).astype(np.float32)
    values[:, 3] = 7
    mean, scale = mean_and_scale(values)
    normal = (values - mean) / scale
    np.testing.assert_allclose(normal.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(normal.std(axis=0)[:3], 1, atol=1e-5)
    assert scale[3] == 1


def test_vowels_and_fricatives_of_real_speech_differ_as_they_should(shared_data):
    sample = timit_sample(shared_data / "timit-sample")
    slopes = {"s": [], "iy": [], "aa": []}
    for index in range(0, len(sample.names), 8):
        spoken = sample.utterance(index)
        values = features(spoken)
        labels = frame_labels(spoken, len(values))
        for phone, found in slopes.items():
            found.append(values[labels == PHONES_61.index(phone), 1])
    means = {phone: np.concatenate(found).mean() for phone, found in slopes.items()}
    # The first cepstrum is the balance of low over high frequencies.
    assert means["s"] < means["iy"] < means["aa"]
