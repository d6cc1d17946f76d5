"""The Heidelberg data sets (Cramer et al. 2020): spoken digits (SHD) and commands (SSC) as spikes of a cochlea model.

HDF5 files: ``spikes/times`` (seconds) and ``spikes/units`` (channels), an array for each recording, and ``labels``.
``tonic.datasets.SHD("data/hsd")`` and ``SSC`` download them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from snnlocality.data.channels.layout import recording
from snnlocality.data.channels.sensor import CHANNELS, SENSOR
from snnlocality.data.origin import read_origin
from snnlocality.data.vision.recordings import Recording, RecordingSet
from snnlocality.errors import UserError

_LONGEST_S = 60.0  # recordings last about a second: what is far beyond is none
_REMEDY = "unpack its archive again"


class _Files(NamedTuple):
    """A data set: its parts, those that are the test part, and how large it is in all."""

    title: str
    prefix: str
    parts: tuple[str, ...]
    classes: int
    size: int


_SHD = _Files("SHD", "shd", ("train", "test"), 20, 10_420)
_SSC = _Files("SSC", "ssc", ("train", "valid", "test"), 35, 105_829)


def shd(root: str | Path) -> RecordingSet:
    """Spoken digits, English and German: ``root``/shd_train.h5 and shd_test.h5. Raises UserError as ``_read``."""
    return _read(Path(root), _SHD)


def ssc(root: str | Path) -> RecordingSet:
    """Spoken commands; its validation part is among the training recordings, of which a study takes its own share.

    Raises UserError as ``_read``.
    """
    return _read(Path(root), _SSC)


def _read(root: Path, files: _Files) -> RecordingSet:
    """Recordings are read when asked for; raises UserError for a file that is missing or damaged."""
    labels, readers, test = [], [], []
    for part in files.parts:
        found, reader = _part(root / f"{files.prefix}_{part}.h5", files)
        readers += [(reader, number) for number in range(len(found))]
        labels.append(found)
        test.append(np.full(len(found), part == "test"))
    total = len(readers)
    partial = "" if total == files.size else f"{files.title}, partial: {total} of {files.size} recordings"
    origin = read_origin(root, files.title)

    def one(index: int) -> Recording:
        reader, number = readers[index]
        return reader(number)

    return RecordingSet(
        name=files.prefix,
        labels=np.concatenate(labels),
        official_test=np.concatenate(test),
        recording=one,
        notice=". ".join(filter(None, (origin.rstrip("."), partial))),
        classes=files.classes,
        sensor=SENSOR,
    )


def _part(path: Path, files: _Files) -> tuple[np.ndarray, Callable[[int], Recording]]:
    if not path.is_file():
        raise UserError(f"{path} does not exist; unpack {files.title}'s {path.name}.zip there.")
    try:
        stream = h5py.File(path, "r")
        labels, times, units = stream["labels"][()], stream["spikes/times"], stream["spikes/units"]
        if not len(labels) == len(times) == len(units) > 0:
            raise ValueError("as many labels as recordings are expected, and more than none")
        if labels.ndim != 1 or not 0 <= labels.min() <= labels.max() < files.classes:
            raise ValueError(f"labels are expected to be 0 to {files.classes - 1}")
    except Exception as error:  # whatever h5py and NumPy raise on a damaged file
        raise UserError(f"{path} is no file of {files.title} ({_in_short(error)}); {_REMEDY}.") from None

    def reader(number: int) -> Recording:
        try:
            seconds, channel = times[number].astype(np.float64), units[number].astype(np.int64)
            if not (seconds.ndim == 1 and seconds.shape == channel.shape):
                raise ValueError("as many times as channels are expected")
        except Exception as error:
            raise UserError(f"{path}, recording {number}: cannot be read ({_in_short(error)}); {_REMEDY}.") from None
        if len(channel) and not 0 <= channel.min() <= channel.max() < CHANNELS:
            raise UserError(f"{path}, recording {number}: a channel is not below {CHANNELS}; {_REMEDY}.")
        if len(seconds) and not (np.isfinite(seconds).all() and 0 <= seconds.min() <= seconds.max() <= _LONGEST_S):
            raise UserError(f"{path}, recording {number}: an event before the recording or long after; {_REMEDY}.")
        return recording(channel, np.rint(seconds * 1e6).astype(np.int64))

    return labels.astype(np.uint8), reader


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
