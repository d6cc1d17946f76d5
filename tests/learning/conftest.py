import numpy as np
import pytest

from snnlocality.data.batches import EventDataset, FrameDataset

CLASSES, UNITS_PER_CLASS, STEPS, SAMPLES = 3, 8, 15, 60


@pytest.fixture
def toy_recordings() -> EventDataset:
    """Recordings in which the units of the own class are active six times as often as the others."""
    random = np.random.default_rng(0)
    labels = np.arange(SAMPLES) % CLASSES
    rates = np.where(np.arange(CLASSES).repeat(UNITS_PER_CLASS) == labels[:, None], 0.3, 0.05)
    active = random.random((SAMPLES, STEPS, CLASSES * UNITS_PER_CLASS)) < rates[:, None, :]
    _, _, units = np.nonzero(active)
    offsets = np.concatenate([[0], np.cumsum(active.sum(axis=2).ravel())]).astype(np.int64)
    inputs = CLASSES * UNITS_PER_CLASS
    return EventDataset(units.astype(np.uint16), offsets, labels.astype(np.uint8), STEPS, 1.0, inputs, CLASSES)


@pytest.fixture
def toy_utterances() -> FrameDataset:
    """Utterances of different lengths; their frames point, with noise, in the direction of their class."""
    random = np.random.default_rng(1)
    segments = [random.integers(3, 6, size=random.integers(2, 4)) for _ in range(24)]
    labels = np.concatenate([np.repeat(random.integers(CLASSES, size=len(one)), one) for one in segments])
    features = 2.0 * np.eye(CLASSES, 4)[labels] + 0.3 * random.standard_normal((len(labels), 4))
    offsets = np.concatenate([[0], np.cumsum([one.sum() for one in segments])])
    mean, scale = features.mean(axis=0).astype(np.float32), features.std(axis=0).astype(np.float32)
    return FrameDataset(features.astype(np.float32), labels.astype(np.uint8), offsets, 2, CLASSES, mean, scale)
