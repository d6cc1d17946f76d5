"""DVS Gesture in the layout that tonic leaves behind, with recordings made for the test."""

import os

import numpy as np
import pytest

from snnlocality.data.splits import Part
from snnlocality.data.vision.binning import bin_recording
from snnlocality.data.vision.gestures import SIDE, dvs_gesture, gestures
from snnlocality.errors import UserError


def write(root, user, lighting, label, events):
    """Events (n, 4): x, y, polarity, milliseconds."""
    folder = root / f"user{user:02d}_{lighting}"
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{label}.npy", np.asarray(events, float))


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "DVSGesture" / "ibmGestureTrain"
    random = np.random.default_rng(0)
    for user in (3, 1, 12, 2):
        for label in (10, 0, 4):
            time = np.sort(random.integers(50, 400, 30))
            write(root, user, "led", label, np.column_stack([*random.integers(0, [SIDE, SIDE, 2], (30, 3)).T, time]))
    write(root, 2, "lab", 7, [[5, 6, 1, 100], [5, 6, 1, 101], [127, 0, 0, 109], [1, 1, 1, 130], [2, 2, 0, 199]])
    return root


def test_people_are_in_one_part_alone_and_in_order(root):
    dataset, parts = gestures(root, steps=4, duration_ms=40, validation_users=2)
    assert dataset.labels.tolist() == [0, 10, 4] + [7, 0, 10, 4] + [0, 10, 4] * 2
    assert parts[Part.TRAIN].tolist() == list(range(7))
    assert parts[Part.VALIDATION].tolist() == list(range(7, 13))
    assert (dataset.inputs, dataset.classes, dataset.step_ms) == (2 * SIDE**2, 11, 10)


def test_units_of_a_recording_by_hand(root):
    """Times count from the first event; a unit is active once a bin; what comes later is left out."""
    dataset, _ = gestures(root, steps=4, duration_ms=40, validation_users=1)
    expected = np.zeros((4, 2, SIDE, SIDE))
    expected[0, 1, 6, 5] = expected[0, 0, 0, 127] = expected[3, 1, 1, 1] = 1
    np.testing.assert_array_equal(dataset.batch(np.array([3])).inputs.dense().reshape(expected.shape), expected)


def test_too_few_people_or_none_are_refused(root):
    with pytest.raises(UserError, match="recordings of 4 people where more than 4 are needed"):
        gestures(root, 4, 40, validation_users=4)
    with pytest.raises(UserError, match="nowhere has recordings of 0 people"):
        gestures(root / "nowhere", 4, 40, validation_users=1)


@pytest.mark.parametrize(
    ("events", "what"),
    [
        ([[SIDE, 0, 0, 5]], "outside the sensor"),
        (np.zeros((0, 4)), "no event"),
        ([1, 2], "is no recording"),
        ([[0, 0, 0, 1], [0, 0, 0, np.nan]], "an event before the recording or hours after"),
        ([[0, 0, 0, 1], [0, 0, 0, 1e300]], "an event before the recording or hours after"),
        ([[0, 0, 0, 1], [0, 0, 0, 1e15]], "an event before the recording or hours after"),
        ([[0, 0, 0, -1]], "an event before the recording or hours after"),
    ],
)
def test_a_wrong_recording_is_named(root, events, what):
    write(root, 1, "led", 4, events)
    with pytest.raises(UserError, match=f"user01_led/4.npy .*{what}"):
        gestures(root, 4, 40, validation_users=1)


@pytest.mark.parametrize("name", ["user01_led/11.npy", "user01_led/-1.npy"])
def test_a_label_that_is_no_gesture_is_refused(root, name):
    np.save(root / name, np.zeros((3, 4)))
    with pytest.raises(UserError, match=f"{name} is named after none of the gestures 0 to 10"):
        gestures(root, 4, 40, validation_users=1)


@pytest.mark.parametrize("name", ["user01_led/._4.npy", "user01_led/a.npy", "someone/4.npy"])
def test_a_name_that_tonic_cannot_read_is_refused_in_a_sentence(root, name):
    (root / name).parent.mkdir(exist_ok=True)
    np.save(root / name, np.zeros((3, 4)))
    with pytest.raises(UserError, match=r"whose name is not like user03_led/4.npy"):
        gestures(root, 4, 40, validation_users=1)


def test_what_is_no_recording_is_not_waited_for(root):
    os.mkfifo(root / "user01_led" / "5.npy")
    with pytest.raises(UserError, match=r"user01_led/5.npy is no recording"):
        gestures(root, 4, 40, validation_users=1)


def test_a_damaged_file_is_named_and_nothing_in_it_is_run(root):
    path = root / "user01_led" / "0.npy"
    np.save(path, np.array([{"an": "object"}]), allow_pickle=True)
    with pytest.raises(UserError, match=r"user01_led/0.npy is no recording of DVS Gesture"):
        gestures(root, 4, 40, validation_users=1)


@pytest.fixture
def both(root):
    random = np.random.default_rng(1)
    for label in (3, 1):
        time = np.sort(random.integers(0, 400, 20))
        events = np.column_stack([*random.integers(0, [SIDE, SIDE, 2], (20, 3)).T, time])
        write(root.with_name("ibmGestureTest"), 24, "led", label, events)
    return root.parent.parent


def test_as_a_source_it_has_all_recordings_and_both_parts(both):
    found = dvs_gesture(both)
    assert found.labels.tolist() == [0, 10, 4] + [7, 0, 10, 4] + [0, 10, 4] * 2 + [1, 3]
    assert found.official_test.tolist() == [False] * 13 + [True] * 2
    assert (found.classes, found.sensor, found.units) == (11, (SIDE, SIDE), 2 * SIDE**2)
    assert found.notice == "DVS Gesture, partial: 15 of 1341 recordings"
    by_experiment, _ = gestures(both / "DVSGesture" / "ibmGestureTrain", 4, 40, 1)
    for index in range(13):
        units, counts = bin_recording(found.recording(index), 4, 40, False, found.sensor)
        batch = by_experiment.batch(np.array([index])).inputs
        first = batch.offsets[index * 4]
        np.testing.assert_array_equal(units, batch.units[first : first + len(units)])
        np.testing.assert_array_equal(counts, np.diff(batch.offsets[index * 4 : index * 4 + 5]))


def test_without_a_test_part_it_is_no_source(root):
    with pytest.raises(UserError, match="ibmGestureTest holds no recordings"):
        dvs_gesture(root.parent.parent)
