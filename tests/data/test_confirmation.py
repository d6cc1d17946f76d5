"""The parting of MNIST for a confirmation and for what follows it, on MNIST itself."""

import numpy as np

from snnlocality import parameters as params
from snnlocality.data.splits import Part, vision_folds
from snnlocality.data.vision.folds import mnist_folds
from snnlocality.data.vision.followup import mnist_followup
from snnlocality.data.vision.saccades import mnist_confirmation, mnist_saccades


def test_all_studies_of_mnist_are_parted_as_it_assumes(root):
    studies = params.load(root / "params.yaml").studies.values()
    data = [study.tasks["vision"].data for study in studies if "vision" in study.tasks]
    splits = [one.split for one in data if one.source in ("mnist_saccades", "nmnist") and one.split.folds == 1]
    assert len(splits) >= 3
    assert {(split.test_share, split.validation_share) for split in splits} == {(0.2, 0.1)}


def test_no_recording_of_its_test_part_was_tested_or_validated_on_before(shared_data):
    explored, confirmed = (source(shared_data / "mnist") for source in (mnist_saccades, mnist_confirmation))
    assert (confirmed.labels == explored.labels).all()
    assert confirmed.official_test.sum() == 10_000
    (before,) = vision_folds(explored.labels, explored.official_test, 1, 0.2, 0.1)
    assert (before[confirmed.official_test] == Part.TRAIN).all()
    (parts,) = vision_folds(confirmed.labels, confirmed.official_test, 1, 0.2, 0.1)
    assert ((parts == Part.TEST) == confirmed.official_test).all()
    assert set(np.unique(confirmed.labels[confirmed.official_test])) == set(range(10))
    assert len(explored.recording(0)[0]) != len(confirmed.recording(0)[0])  # the camera draws anew
    assert "not the real" in confirmed.notice


def test_the_follow_up_tests_on_what_neither_study_of_mnist_tested_or_validated_on(shared_data):
    every = [source(shared_data / "mnist") for source in (mnist_saccades, mnist_confirmation, mnist_followup)]
    followed = every[-1]
    assert followed.official_test.sum() == 10_000
    for before in every[:-1]:
        assert (followed.labels == before.labels).all()
        (parts,) = vision_folds(before.labels, before.official_test, 1, 0.2, 0.1)
        assert (parts[followed.official_test] == Part.TRAIN).all()
        assert len(before.recording(0)[0]) != len(followed.recording(0)[0])  # the camera draws anew
    assert set(np.unique(followed.labels[followed.official_test])) == set(range(10))
    assert "not the real" in followed.notice


def test_seven_folds_test_on_every_image_once_and_train_on_as_many_as_the_confirmation(root, shared_data):
    every = [
        source(shared_data / "mnist") for source in (mnist_saccades, mnist_confirmation, mnist_followup, mnist_folds)
    ]
    dealt = every[-1]
    assert not dealt.official_test.any()
    assert "not the real" in dealt.notice
    assert len({len(one.recording(0)[0]) for one in every}) == len(every)  # the camera draws anew
    folds, alone = (
        vision_folds(dealt.labels, dealt.official_test, split.folds, split.test_share, split.validation_share)
        for study in ("followup_c06", "followup_losses")
        for split in [params.load(root / "params.yaml", study=study).studies[study].tasks["vision"].data.split]
    )
    assert (sum(parts == Part.TEST for parts in folds) == 1).all()
    assert {(parts == Part.TEST).sum() for parts in folds} == {10_000}
    assert {(parts == Part.TRAIN).sum() for parts in folds} == {54_000}
    assert ((alone[0] == Part.TEST) == (folds[0] == Part.TEST)).all()
