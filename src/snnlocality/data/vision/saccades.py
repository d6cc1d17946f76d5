"""Still digits seen by the simulated event camera: scikit-learn's, embedded, and all of MNIST."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import zoom

from snnlocality.data.splits import Part, vision_folds
from snnlocality.data.vision.camera import IMAGE_SIZE, CameraParameters, load_parameters, record
from snnlocality.data.vision.idx import read_mnist
from snnlocality.data.vision.recordings import Recording, RecordingSet
from snnlocality.seeds import generator

_CONFIRMATION = 1  # seed of the camera and of the parting; exploration has 0
_BOX = 20  # MNIST scales its digits into a centred 20 x 20 box


def recorded_images(images: np.ndarray, parameters: CameraParameters, seed: int = 0) -> Callable[[int], Recording]:
    """The function index -> recording of images (n, 28, 28) uint8; sample i depends on (seed, i) only."""

    def recording(index: int) -> Recording:
        return record(images[index] / np.float32(255), parameters, (seed, index))

    return recording


def digits(parameters: CameraParameters | None = None, seed: int = 0) -> RecordingSet:
    """scikit-learn's 1797 handwritten digits through the camera (the calibrated one by default)."""
    images, labels = digit_images()
    return RecordingSet(
        name="digits",
        labels=labels,
        official_test=np.zeros(labels.size, dtype=bool),
        recording=recorded_images(images, parameters or load_parameters(), seed),
        notice="digits: scikit-learn's 1797 handwritten digits seen by a simulated event camera, not N-MNIST",
    )


def mnist_saccades(root: str | Path, parameters: CameraParameters | None = None, seed: int = 0) -> RecordingSet:
    """All of MNIST (idx files under ``root``), training part first, through the camera.

    Raises UserError if MNIST's files are missing or damaged.
    """
    train_images, train_labels = read_mnist(root, "train")
    test_images, test_labels = read_mnist(root, "test")
    official_test = np.arange(train_labels.size + test_labels.size) >= train_labels.size
    return RecordingSet(
        name="mnist-saccades",
        labels=np.concatenate([train_labels, test_labels]),
        official_test=official_test,
        recording=recorded_images(np.concatenate([train_images, test_images]), parameters or load_parameters(), seed),
        notice="mnist-saccades: MNIST seen by a simulated event camera, not the real N-MNIST",
    )


def mnist_confirmation(root: str | Path) -> RecordingSet:
    """All of MNIST through the camera once more, parted for a confirmation (docs/protocol.md).

    The test part is 10 000 images on which no study tested or validated before. Raises UserError as ``mnist_saccades``.
    """
    explored = mnist_saccades(root, seed=_CONFIRMATION)
    (parts,) = vision_folds(explored.labels, explored.official_test, 1, 0.2, 0.1)  # of all studies of MNIST
    unseen = np.flatnonzero(parts == Part.TRAIN)
    test = np.zeros_like(explored.official_test)
    test[generator(_CONFIRMATION, "confirmation").choice(unseen, explored.official_test.sum(), replace=False)] = True
    return replace(
        explored,
        name="mnist-confirmation",
        official_test=test,
        notice="mnist-confirmation: MNIST seen by a simulated event camera and parted anew, not the real N-MNIST",
    )


def digit_images() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits in MNIST's frame: images (1797, 28, 28) uint8 and labels (1797,) uint8."""
    # Imported here: scikit-learn takes a second to load.
    from sklearn.datasets import load_digits

    small = load_digits()
    factor = _BOX / small.images.shape[1]
    # Cubic interpolation of the 8 x 8 grey values, each scaled as a cell of 2.5 x 2.5 pixels.
    large = zoom(small.images / 16.0, (1, factor, factor), order=3, mode="grid-constant", grid_mode=True)
    border = (IMAGE_SIZE - _BOX) // 2
    framed = np.pad(np.clip(large, 0, 1), ((0, 0), (border, border), (border, border)))
    return np.round(framed * 255).astype(np.uint8), small.target.astype(np.uint8)
