"""The case: what is written is read, and its variations are what they say."""

from contextlib import nullcontext

import numpy as np

from benchmarks import case as cases
from benchmarks.contenders.snnlocality import dataset_of
from benchmarks.making import STEP_MS, STEPS, Setting, digits, make, one_layer, with_events, with_steps
from benchmarks.worker import peak_memory_mb
from snnlocality.data import source
from snnlocality.data.batches import EventDataset
from snnlocality.data.splits import Part
from snnlocality.data.vision.recordings import Recording, RecordingSet


def dataset(recordings=40, steps=6, inputs=50):
    random = np.random.default_rng(0)
    active = random.random((recordings * steps, inputs)) < 0.2
    offsets = np.concatenate([[0], np.cumsum(active.sum(axis=1))]).astype(np.int64)
    units = np.nonzero(active)[1].astype(np.uint16)
    return EventDataset(units, offsets, random.integers(0, 10, recordings).astype(np.uint8), steps, 3.0, inputs, 10)


def test_a_case_is_read_as_it_was_written_and_fires_at_its_rate(tmp_path):
    parts = {Part.TRAIN: np.arange(32), Part.TEST: np.arange(32, 40)}
    setting = Setting(recurrent=True, hidden=(30, 20), steps=6, batch_size=16, firing_rate=0.1)
    made = make(setting, dataset(), parts)
    cases.save(tmp_path / "case.npz", made)
    read = cases.load(tmp_path / "case.npz")
    assert read.weights.keys() == made.weights.keys() == {"W1", "V1", "W2", "V2", "W_out"}
    np.testing.assert_array_equal(read.weights["V1"], made.weights["V1"])
    assert (read.alpha, read.steps, read.recurrent, list(read.hidden)) == (made.alpha, 6, True, [1, 2])
    assert read.batches.shape == (3, 16)


def test_dense_input_holds_every_event():
    events = dataset()
    parts = {Part.TRAIN: np.arange(32), Part.TEST: np.arange(32, 40)}
    made = make(Setting(recurrent=False, hidden=(30, 20), steps=6, batch_size=16), events, parts)
    counts, _ = events.without_time(np.array([3, 5]))
    np.testing.assert_array_equal(cases.dense(made, np.array([3, 5])).sum(axis=0), counts)


def test_one_layer_of_noise_is_the_same_for_all_libraries(tmp_path):
    made = one_layer(6)
    cases.save(tmp_path / "case.npz", made)
    read = cases.load(tmp_path / "case.npz")
    assert {name: array.shape for name, array in read.weights.items()} == {"W1": (6, 6), "W_out": (10, 6)}
    assert read.batches.tolist() == [list(range(16))]
    dense, batch = cases.dense(read, read.batches[0]), dataset_of(read).batch(read.batches[0])
    assert dense.shape == (500, 16, 6)
    np.testing.assert_array_equal(batch.inputs, dense)
    np.testing.assert_array_equal(batch.targets, np.tile(read.labels, (500, 1)))


def test_recordings_are_cut_or_repeated_to_the_number_of_steps():
    events = dataset(steps=6)
    longer, shorter = with_steps(events, 15), with_steps(events, 4)
    counts = np.diff(events.offsets).reshape(-1, 6)
    np.testing.assert_array_equal(np.diff(longer.offsets).reshape(-1, 15), np.tile(counts, 3)[:, :15])
    np.testing.assert_array_equal(np.diff(shorter.offsets).reshape(-1, 4), counts[:, :4])


def test_events_are_thinned_or_superimposed_to_the_share():
    events = dataset()
    for share in (0.25, 1.5):
        varied = with_events(events, share, np.random.default_rng(0))
        assert abs(len(varied.units) / len(events.units) - share) < 0.01
        keys = np.repeat(np.arange(len(varied.offsets) - 1), np.diff(varied.offsets)) * 50 + varied.units
        assert (np.diff(keys) > 0).all()


def test_peak_memory_is_told_or_none():
    memory = peak_memory_mb()
    assert memory is None or memory > 1


def test_the_digits_are_binned_and_divided(monkeypatch):
    column = np.array([1, 2], np.uint8)
    recording = Recording(column, column, column % 2, np.array([10, 299_999], np.uint32))
    labels = np.repeat(np.arange(10), 10).astype(np.uint8)
    few = RecordingSet("few", labels, np.zeros(100, bool), lambda index: recording, "")
    monkeypatch.setattr(source, "opened", lambda name: nullcontext(few))
    dataset, parts = digits()
    assert (dataset.steps, dataset.inputs, dataset.classes, dataset.step_ms) == (STEPS, 2312, 10, STEP_MS)
    assert len(dataset.units) == 200
    assert sum(map(len, parts.values())) == 100
    assert {part: len(indices) for part, indices in parts.items()}[Part.TEST] == 20
