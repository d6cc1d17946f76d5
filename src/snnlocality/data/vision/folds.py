"""All of MNIST through the simulated camera a fourth time, without a test part of its own (docs/followup-third.md)."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from snnlocality.data.vision.recordings import RecordingSet
from snnlocality.data.vision.saccades import mnist_saccades

_FOLDS = 3  # seed of the camera; exploration has 0, the confirmation 1, its first follow-up 2


def mnist_folds(root: str | Path) -> RecordingSet:
    """MNIST as one: the folds of a study's split go round all 70 000 images, so each can be tested on.

    Raises UserError if MNIST's files (idx, under ``root``) are missing or damaged.
    """
    seen = mnist_saccades(root, seed=_FOLDS)
    return replace(
        seen,
        name="mnist-folds",
        official_test=np.zeros_like(seen.official_test),
        notice="mnist-folds: MNIST seen by a simulated event camera and dealt into folds, not the real N-MNIST",
    )
