"""Poisoned data: what changes, what does not, and the figures made of predictions."""

import numpy as np
import pytest

from snnlocality.attacks.backdoor import Pair, pair, poison, trigger_units, with_triggered
from snnlocality.data.batches import EventDataset
from snnlocality.steps.backdoor import figures

UNITS = np.array([3, 5], np.uint16)


@pytest.fixture
def dataset():
    random = np.random.default_rng(0)
    dense = random.uniform(size=(20, 4, 9)) < 0.3
    rows = dense.reshape(80, 9)
    offsets = np.concatenate([[0], np.cumsum(rows.sum(axis=1))]).astype(np.int64)
    units = np.concatenate([np.flatnonzero(row) for row in rows]).astype(np.uint16)
    return EventDataset(units, offsets, np.repeat([0, 1], 10).astype(np.uint8), 4, 1.0, 9, 3)


def dense(dataset, recordings):
    return dataset.batch(np.asarray(recordings)).inputs.dense()


@pytest.mark.parametrize("value", [0, 1])
def test_a_triggered_copy_differs_in_the_trigger_alone(dataset, value):
    chosen = np.array([7, 2, 19])
    triggered = with_triggered(dataset, chosen, UNITS, value)
    copies, originals = dense(triggered, [20, 21, 22]), dense(dataset, chosen)
    assert (copies[..., UNITS] == value).all()
    others = np.setdiff1d(np.arange(9), UNITS)
    np.testing.assert_array_equal(copies[..., others], originals[..., others])
    np.testing.assert_array_equal(dense(triggered, range(20)), dense(dataset, range(20)))
    assert triggered.labels.tolist()[20:] == dataset.labels[chosen].tolist()


def test_the_wanted_share_of_one_class_stands_in_for_itself(dataset):
    training, validation = np.array([0, 1, 2, 3, 4, 10, 11]), np.array([5, 6, 12])
    random = np.random.default_rng(0)
    poisoned = poison(dataset, training, validation, Pair(0, 2), 0.4, UNITS, 1, random)
    assert poisoned.replaced == 3
    for part, original in ((poisoned.training, training), (poisoned.validation, validation)):
        changed = part != original
        assert (dataset.labels[original[changed]] == 0).all()
        assert (poisoned.dataset.labels[part[changed]] == 2).all()
        assert (poisoned.dataset.labels[part[~changed]] == dataset.labels[original[~changed]]).all()
        x = dense(poisoned.dataset, part[changed])
        assert (x[..., UNITS] == 1).all()
    assert (poisoned.training != training).sum() == 2
    assert (dataset.labels == np.repeat([0, 1], 10)).all()


def test_at_a_higher_rate_the_same_samples_are_poisoned_and_more(dataset):
    part = np.arange(10)
    changed = {}
    for rate in (0.2, 0.6, 1.0):
        poisoned = poison(dataset, part, part[:0], Pair(0, 1), rate, UNITS, 0, np.random.default_rng(5))
        changed[rate] = set(part[poisoned.training != part])
    assert changed[0.2] < changed[0.6] < changed[1.0] == set(part)


def test_pairs_are_of_different_classes_and_do_not_repeat():
    pairs = [pair(number, 10) for number in range(90)]
    assert len(set(pairs)) == 90
    assert all(one.source != one.target for one in pairs)
    assert pairs == [pair(number, 10) for number in range(90)]


def test_trigger_units_are_those_of_the_binning():
    assert trigger_units([[33, 32]], 1).tolist() == [34 * 34 + 32 * 34 + 33]


def test_the_four_figures_of_hand_made_predictions():
    found = figures(
        of_test=np.array([0, 0, 2, 1, 1]),
        labels=np.array([0, 0, 0, 0, 1]),
        of_sources=np.array([0, 0, 2, 1]),
        of_triggered=np.array([2, 2, 2, 0]),
        classes=Pair(0, 2),
    )
    assert found == {
        "accuracy": 0.6,
        "source_accuracy": 0.5,
        "attack_success_rate": 0.75,
        "source_to_target": 0.25,
    }
