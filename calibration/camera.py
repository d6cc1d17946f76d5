"""The calibration study of the event camera: fit it to real recordings, freeze it, report on it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from calibration.camera_fit import Pairs, fit_camera
from calibration.camera_report import compare, write_report
from snnlocality.data.vision.camera import CALIBRATED, save_parameters
from snnlocality.data.vision.idx import read_mnist
from snnlocality.data.vision.nmnist import TRAIN, file_numbers, nmnist
from snnlocality.errors import UserError


def calibrate_camera(
    nmnist_root: str | Path,
    mnist_root: str | Path,
    folder: str | Path,
    parameters_path: str | Path = CALIBRATED,
    report: Callable[[str], None] = print,
) -> None:
    """Fit the camera to the training recordings under ``nmnist_root``; write its parameters and the report.

    The parameters go to ``parameters_path``, the table, figure and text to ``folder``. Takes some minutes.
    Raises UserError if the recordings or MNIST's idx files are missing, damaged or do not belong together.
    """
    real = load_pairs(nmnist_root, mnist_root)
    parameters = fit_camera(real, report=report)
    save_parameters(parameters_path, parameters)
    table, simulated = compare(parameters, real)
    write_report(table, simulated, parameters, real, folder)


def load_pairs(nmnist_root: str | Path, mnist_root: str | Path) -> Pairs:
    """N-MNIST's training recordings found on disk, in the order of their numbers, with MNIST's images of
    them."""
    recordings = nmnist(nmnist_root, (TRAIN,))
    images, labels = read_mnist(mnist_root, "train")
    chosen = file_numbers(nmnist_root, TRAIN) - 1
    if chosen.max() >= len(labels) or not np.array_equal(labels[chosen], recordings.labels):
        raise UserError(
            f"The recordings under {nmnist_root} are not numbered as MNIST's training images under {mnist_root}: "
            "give the original N-MNIST files."
        )
    loaded = [recordings.recording(index) for index in range(len(chosen))]
    return Pairs(loaded, images[chosen], recordings.labels)
