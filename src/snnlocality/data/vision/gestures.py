"""DVS Gesture (Amir et al. 2017) as tonic unpacks it: gestures of 23 people before a camera of 128 x 128 pixels.

``tonic.datasets.DVSGesture(root)`` downloads it (3 GB) and leaves ``root``/DVSGesture/ibmGestureTrain, the folder that
is read here.
"""

import os
from pathlib import Path

import numpy as np
from tonic import datasets

from snnlocality.data.batches import EventDataset
from snnlocality.data.splits import Part
from snnlocality.data.vision.binning import bin_units, packed
from snnlocality.errors import UserError
from snnlocality.storage import open_regular

SIDE = 128
_UNITS = 2 * SIDE**2
# Recordings last seconds: what is far beyond is none, and is not read.
_LONGEST_US, _LARGEST = 3600 * 10**6, 2**28
_REMEDY = "unpack its archive again"


class DVSGesture(datasets.DVSGesture):
    """tonic's reader, which names its folder after the class, without the download that it starts by itself."""

    def _check_exists(self) -> bool:
        return True


def gestures(
    folder: Path, steps: int, duration_ms: float, validation_users: int
) -> tuple[EventDataset, dict[Part, np.ndarray]]:
    """The first ``duration_ms`` of the training recordings in ``steps`` bins; a unit is active in a bin or is not.

    Unit: polarity * 16384 + y * 128 + x. The last so many people are the validation part, so that nobody is in both;
    the official test recordings are not read. Raises UserError if files are missing or damaged.
    """
    try:
        files = DVSGesture(str(folder.parent.parent))
    except ValueError as error:  # tonic takes every name apart
        raise UserError(
            f"{folder} has a file or folder whose name is not like user03_led/4.npy ({error}); delete what is not of "
            "the data set."
        ) from None
    order = sorted(range(len(files)), key=lambda index: (files.users[index], files.data[index]))
    people = sorted(set(files.users))
    if len(people) <= validation_users:
        raise UserError(
            f"{folder} has recordings of {len(people)} people where more than {validation_users} are needed; let "
            "tonic.datasets.DVSGesture download them there, or choose the experiment's 'recordings: study'."
        )
    units, offsets = packed(_binned(files, index, steps, duration_ms) for index in order)
    labels = np.array([files.targets[index] for index in order], np.uint8)
    unseen = np.isin([files.users[index] for index in order], people[-validation_users:])
    dataset = EventDataset(units, offsets, labels, steps, duration_ms / steps, _UNITS, len(files.classes))
    return dataset, {Part.TRAIN: np.flatnonzero(~unseen), Part.VALIDATION: np.flatnonzero(unseen)}


def _binned(files: DVSGesture, index: int, steps: int, duration_ms: float) -> tuple[np.ndarray, np.ndarray]:
    path = files.data[index]
    if not 0 <= files.targets[index] < len(files.classes):
        raise UserError(f"{path} is named after none of the gestures 0 to {len(files.classes) - 1}; {_REMEDY}.")
    try:
        with open_regular(path) as stream:
            if os.fstat(stream.fileno()).st_size > _LARGEST:
                raise ValueError("too large")
        with np.errstate(invalid="ignore"):  # numbers that are none become times and places that are refused below
            events, _ = files[index]
        x, y, polarity, time = (events[name].astype(np.int64) for name in ("x", "y", "p", "t"))
    except Exception as error:  # whatever NumPy and tonic raise on a damaged file
        raise UserError(f"{path} is no recording of DVS Gesture; {_REMEDY}.") from error
    if not (len(x) and min(x.min(), y.min()) >= 0 and max(x.max(), y.max()) < SIDE):
        raise UserError(f"{path} has no event, or one outside the sensor; {_REMEDY}.")
    if not 0 <= time.min() <= time.max() <= _LONGEST_US:
        raise UserError(f"{path} has an event before the recording or hours after; {_REMEDY}.")
    unit = polarity * SIDE**2 + y * SIDE + x
    return bin_units(unit, time - time.min(), _UNITS, steps, duration_ms, counts=False)
