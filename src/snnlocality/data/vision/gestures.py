"""DVS Gesture (Amir et al. 2017) as tonic unpacks it: gestures of 23 people before a camera of 128 x 128 pixels.

``tonic.datasets.DVSGesture(root)`` downloads it (3 GB) and leaves ``root``/DVSGesture/ibmGestureTrain and, with
``train=False``, ibmGestureTest.
"""

import os
from pathlib import Path

import numpy as np
from tonic import datasets

from snnlocality.data.batches import EventDataset
from snnlocality.data.origin import read_origin
from snnlocality.data.splits import Part
from snnlocality.data.vision.binning import bin_units, packed
from snnlocality.data.vision.recordings import Recording, RecordingSet
from snnlocality.errors import UserError
from snnlocality.storage import open_regular

SIDE = 128
FULL_SIZE = 1341  # 1077 of 23 people for training, 264 of 6 for tests
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
    files = _files(folder.parent.parent, train=True)
    order = _in_order(files)
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


def dvs_gesture(root: str | Path) -> RecordingSet:
    """All recordings, whole, training part first; ``root`` holds DVSGesture/ibmGestureTrain and ibmGestureTest.

    Recordings are read when asked for; raises UserError if files are missing or damaged.
    """
    parts = [_files(Path(root), train) for train in (True, False)]
    chosen = [(files, index) for files in parts for index in _in_order(files)]
    counts = [len(files) for files in parts]
    for files, count in zip(parts, counts, strict=True):
        if not count:
            raise UserError(
                f"{Path(root) / 'DVSGesture' / files.folder_name} holds no recordings; let tonic.datasets.DVSGesture "
                "download them there (README, section Data)."
            )
    total, origin = sum(counts), read_origin(root, "DVS Gesture")
    partial = "" if total == FULL_SIZE else f"DVS Gesture, partial: {total} of {FULL_SIZE} recordings"

    def recording(index: int) -> Recording:
        x, y, polarity, time = _events(*chosen[index])
        order = np.argsort(time, kind="stable")
        x, y, polarity = (array[order].astype(np.uint8) for array in (x, y, polarity))
        return Recording(x, y, polarity, (time[order] - time.min()).astype(np.uint32))

    return RecordingSet(
        name="dvs_gesture",
        labels=np.array([files.targets[index] for files, index in chosen], np.uint8),
        official_test=np.arange(total) >= counts[0],
        recording=recording,
        notice=". ".join(filter(None, (origin.rstrip("."), partial))),
        classes=len(parts[0].classes),
        sensor=(SIDE, SIDE),
    )


def _files(root: Path, train: bool) -> DVSGesture:
    try:
        files = DVSGesture(str(root), train=train)
    except ValueError as error:  # tonic takes every name apart
        folder = root / "DVSGesture" / ("ibmGestureTrain" if train else "ibmGestureTest")
        raise UserError(
            f"{folder} has a file or folder whose name is not like user03_led/4.npy ({error}); delete what is not of "
            "the data set."
        ) from None
    for path, label in zip(files.data, files.targets, strict=True):
        if not 0 <= label < len(files.classes):
            raise UserError(f"{path} is named after none of the gestures 0 to {len(files.classes) - 1}; {_REMEDY}.")
    return files


def _in_order(files: DVSGesture) -> list[int]:
    """Person by person."""
    return sorted(range(len(files)), key=lambda index: (files.users[index], files.data[index]))


def _binned(files: DVSGesture, index: int, steps: int, duration_ms: float) -> tuple[np.ndarray, np.ndarray]:
    x, y, polarity, time = _events(files, index)
    unit = polarity * SIDE**2 + y * SIDE + x
    return bin_units(unit, time - time.min(), _UNITS, steps, duration_ms, counts=False)


def _events(files: DVSGesture, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y, polarity and time in microseconds, (n,) int64 each."""
    path = files.data[index]
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
    return x, y, polarity, time
