"""SHD and SSC in files of their format, read as tonic reads them; and damaged ones."""

import h5py
import numpy as np
import pytest
from tonic import datasets

from snnlocality.data.channels.heidelberg import shd, ssc
from snnlocality.data.channels.sensor import CHANNELS, SENSOR
from snnlocality.data.vision.binning import bin_recording, unit_ids
from snnlocality.errors import UserError


def write(path, count=4, classes=20, seed=0, **other):
    """A file of the format; ``other``: what stands in the place of times, units or labels."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 30, count)
    arrays = {
        "times": [np.sort(random.random(n)).astype(np.float16) for n in lengths],
        "units": [random.integers(0, CHANNELS, n).astype(np.uint16) for n in lengths],
        "labels": random.integers(0, classes, count).astype(np.uint16),
    } | other
    with h5py.File(path, "w") as stream:
        for name, kind in (("times", np.float64 if "times" in other else np.float16), ("units", np.uint16)):
            made = stream.create_dataset(f"spikes/{name}", (len(arrays[name]),), h5py.vlen_dtype(kind))
            for number, array in enumerate(arrays[name]):
                made[number] = array
        stream["labels"] = arrays["labels"]
        stream["extra/keys"] = np.array([b"one"])
        stream["extra/speaker"] = np.zeros(count)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "SHD"  # as tonic calls it
    folder.mkdir()
    for number, part in enumerate(("train", "test")):
        write(folder / f"shd_{part}.h5", count=5 - number, seed=number)
    return folder


def test_events_are_those_that_tonic_reads(root, monkeypatch):
    monkeypatch.setattr(datasets.SHD, "_check_exists", lambda self: True)
    found, start = shd(root), 0
    for train in (True, False):
        theirs = datasets.SHD(str(root.parent), train=train)
        for number in range(len(theirs)):
            events, label = theirs[number]
            ours = found.recording(start + number)
            np.testing.assert_array_equal(unit_ids(ours, SENSOR), events["x"])
            assert np.abs(ours.time - events["t"].astype(float)).max() <= 1
            assert found.labels[start + number] == label
            assert found.official_test[start + number] == (not train)
        start += len(theirs)
    assert (found.units, found.classes) == (CHANNELS, 20)
    assert found.notice == "SHD, partial: 9 of 10420 recordings"


def test_every_channel_is_the_input_of_its_number_whatever_the_order_of_events(root):
    channels = np.arange(CHANNELS)[::-1].astype(np.uint16)
    write(root / "shd_train.h5", 1, units=[channels], times=[np.linspace(1, 0, CHANNELS)])
    units, counts = bin_recording(shd(root).recording(0), 1, 1000.0 + 1e-3, False, SENSOR)
    assert units.tolist() == list(range(CHANNELS))
    assert counts.tolist() == [CHANNELS]
    assert (np.diff(shd(root).recording(0).time.astype(int)) >= 0).all()


def test_the_validation_part_of_ssc_is_for_training(tmp_path):
    for number, part in enumerate(("train", "valid", "test")):
        write(tmp_path / f"ssc_{part}.h5", count=number + 2, classes=35, seed=number)
    found = ssc(tmp_path)
    assert found.official_test.tolist() == [False] * 5 + [True] * 4
    assert found.classes == 35
    assert all(len(found.recording(index).time) for index in range(9))


def test_a_missing_file_is_named(root):
    (root / "shd_test.h5").unlink()
    with pytest.raises(UserError, match=r"shd_test\.h5 does not exist; unpack SHD's shd_test\.h5\.zip there"):
        shd(root)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda path: path.write_bytes(b"no HDF5"), "is no file of SHD"),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "is no file of SHD"),
        (lambda path: h5py.File(path, "w").close(), "is no file of SHD"),
        (lambda path: write(path, 3, labels=np.array([0, 1])), "as many labels as recordings"),
        (lambda path: write(path, 0), "more than none"),
        (lambda path: write(path, 2, labels=np.array([0, 20])), "labels are expected to be 0 to 19"),
        (lambda path: write(path, 2, labels=np.array([-1, 3])), "labels are expected to be 0 to 19"),
    ],
)
def test_a_damaged_file_is_named(root, change, what):
    change(root / "shd_train.h5")
    with pytest.raises(UserError, match=rf"shd_train\.h5 .*{what}"):
        shd(root)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"units": [np.array([CHANNELS])], "times": [np.array([0.1])]}, "a channel is not below 700"),
        ({"units": [np.array([1])], "times": [np.array([np.nan])]}, "an event before the recording or long after"),
        ({"units": [np.array([1])], "times": [np.array([-0.1])]}, "an event before the recording or long after"),
        ({"units": [np.array([1])], "times": [np.array([1e9])]}, "an event before the recording or long after"),
        ({"units": [np.array([1, 2])], "times": [np.array([0.1])]}, "as many times as channels"),
    ],
)
def test_a_damaged_recording_is_named(root, other, what):
    write(root / "shd_train.h5", 1, **other)
    with pytest.raises(UserError, match=rf"shd_train\.h5, recording 0: .*{what}"):
        shd(root).recording(0)


def test_a_recording_without_a_spike_is_one(root):
    write(root / "shd_train.h5", 1, units=[np.array([], int)], times=[np.array([])])
    assert len(shd(root).recording(0).time) == 0


def test_a_set_made_from_another_says_so(root):
    (root / "source.json").write_text('{"source": "words", "notice": "Simulated."}')
    assert shd(root).notice.startswith("Not SHD: a tree in its layout made from words. Simulated. SHD, partial")
