"""All of MNIST through the simulated camera a third time, parted for what follows a confirmation (docs/followup.md)."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from snnlocality.data.splits import Part, vision_folds
from snnlocality.data.vision.recordings import RecordingSet
from snnlocality.data.vision.saccades import mnist_confirmation, mnist_saccades
from snnlocality.seeds import generator

_FOLLOWUP = 2  # seed of the camera and of the parting; exploration has 0, the confirmation 1


def mnist_followup(root: str | Path) -> RecordingSet:
    """MNIST with another test part: 10 000 images on which no study tested or validated, the confirmation neither.

    Raises UserError if MNIST's files (idx, under ``root``) are missing or damaged.
    """
    seen = mnist_saccades(root, seed=_FOLLOWUP)
    unseen = np.ones(seen.labels.size, dtype=bool)
    for before in (seen, mnist_confirmation(root)):
        (parts,) = vision_folds(before.labels, before.official_test, 1, 0.2, 0.1)  # as all studies of them
        unseen &= parts == Part.TRAIN
    test = np.zeros_like(unseen)
    chosen = generator(_FOLLOWUP, "followup").choice(np.flatnonzero(unseen), seen.official_test.sum(), replace=False)
    test[chosen] = True
    return replace(
        seen,
        name="mnist-followup",
        official_test=test,
        notice="mnist-followup: MNIST seen by a simulated event camera and parted anew, not the real N-MNIST",
    )
