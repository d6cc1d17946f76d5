"""Divisions into parts: disjoint, complete, stratified or by speaker, the same each time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snnlocality.data.splits import Part, speech_folds, thinned, vision_folds
from snnlocality.errors import UserError

LABELS = np.repeat(np.arange(10, dtype=np.uint8), 60)
NO_TEST = np.zeros(len(LABELS), bool)


def counts(parts, labels, part):
    return np.bincount(labels[parts == part], minlength=10)


@given(folds=st.integers(2, 10))
def test_cross_validation_tests_every_recording_once(folds):
    result = vision_folds(LABELS, NO_TEST, folds, 0.2, 0.15)
    tested = sum((parts == Part.TEST).astype(int) for parts in result)
    assert len(result) == folds
    assert (tested == 1).all()
    for parts in result:
        assert set(np.unique(parts)) == {Part.TRAIN, Part.VALIDATION, Part.TEST}
        assert np.ptp(counts(parts, LABELS, Part.TEST)) <= 1, "stratified by class"


def test_a_single_split_takes_the_shares_asked_for():
    (parts,) = vision_folds(LABELS, NO_TEST, 1, 0.2, 0.15)
    assert (counts(parts, LABELS, Part.TEST) == 12).all()
    assert (parts == Part.VALIDATION).sum() == pytest.approx(0.15 * 480, abs=10)
    (again,) = vision_folds(LABELS, NO_TEST, 1, 0.2, 0.15)
    np.testing.assert_array_equal(parts, again)


def test_an_official_test_part_is_the_test_part():
    official = np.arange(len(LABELS)) % 3 == 0
    (parts,) = vision_folds(LABELS, official, 1, 0.2, 0.15)
    np.testing.assert_array_equal(parts == Part.TEST, official)


def test_cross_validation_leaves_an_official_test_part_unused():
    official = np.arange(len(LABELS)) % 3 == 0
    for parts in vision_folds(LABELS, official, 4, 0.2, 0.15):
        np.testing.assert_array_equal(parts == Part.UNUSED, official)


SPEAKERS = tuple(f"s{number // 8:02d}" for number in range(14 * 8))
NO_PARTS = ("",) * len(SPEAKERS)


@given(folds=st.integers(2, 7))
def test_a_speaker_is_in_one_part_only(folds):
    result = speech_folds(SPEAKERS, NO_PARTS, folds, 0.2, 0.15)
    speakers = np.array(SPEAKERS)
    assert (sum((parts == Part.TEST).astype(int) for parts in result) == 1).all()
    for parts in result:
        members = [set(speakers[parts == part]) for part in (Part.TRAIN, Part.VALIDATION, Part.TEST)]
        assert all(members)
        assert sum(map(len, members)) == len(set.union(*members)) == 14


def test_a_standard_split_is_kept():
    parts = ("train",) * 100 + ("develop",) * 8 + ("test",) * 4
    (result,) = speech_folds(SPEAKERS, parts, 1, 0.2, 0.15)
    assert list(np.bincount(result)) == [100, 8, 4]
    with pytest.raises(UserError, match="standard split"):
        speech_folds(SPEAKERS, parts, 3, 0.2, 0.15)


def test_too_few_data_are_named():
    with pytest.raises(UserError, match="holds no utterances"):
        speech_folds(("a", "a"), ("train", "train"), 1, 0.2, 0.15)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.01])
def test_thinning_keeps_the_share_of_every_part_and_class(scale):
    (parts,) = vision_folds(LABELS, NO_TEST, 1, 0.2, 0.15)
    kept = thinned(parts, LABELS, scale)
    assert ((kept == parts) | (kept == Part.UNUSED)).all()
    for part in (Part.TRAIN, Part.VALIDATION, Part.TEST):
        whole, left = counts(parts, LABELS, part), counts(kept, LABELS, part)
        np.testing.assert_array_equal(left, np.maximum(1, np.round(scale * whole)))
