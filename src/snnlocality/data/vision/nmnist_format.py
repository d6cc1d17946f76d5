"""The N-MNIST event file: five bytes an event, no header.

Byte 0 is the column, byte 1 the row; the other three, big endian, hold the polarity in the highest bit and
the time in microseconds in the remaining 23. A set polarity bit is ON: in the real files, events with the bit
set lie on the edge that the bright digit moves towards.
"""

import os
from pathlib import Path

import numpy as np

from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.errors import UserError
from snnlocality.storage import atomic_path, open_regular

BYTES_PER_EVENT = 5
TIME_LIMIT = 1 << 23
# Real files hold at most about 10 000 events. A hundred times that is no recording of a digit, and refusing
# it before reading keeps a stray large file from filling the memory.
MAX_EVENTS = 1_000_000

_REMEDY = "delete it and fetch or export the recording again"


def read_recording(path: str | Path) -> Recording:
    """Read one N-MNIST event file.

    Raises UserError, naming the file, if it is missing, empty, oversized, truncated, or holds coordinates
    outside 34 x 34 or times that run backwards.
    """
    path = Path(path)
    try:
        with open_regular(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_EVENTS * BYTES_PER_EVENT:
                raise UserError(
                    f"{path} is {size} bytes long, more than {MAX_EVENTS} events, and so no N-MNIST recording; "
                    f"{_REMEDY}."
                )
            raw = np.frombuffer(stream.read(), dtype=np.uint8)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check the path of the N-MNIST folder.") from None
    if raw.size == 0:
        raise UserError(f"{path} is empty, a recording without events; {_REMEDY}.")
    if raw.size % BYTES_PER_EVENT:
        raise UserError(
            f"{path} is {raw.size} bytes long, not a multiple of {BYTES_PER_EVENT}, and so truncated; {_REMEDY}."
        )
    events = raw.reshape(-1, BYTES_PER_EVENT)
    word = events[:, 2:].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    recording = Recording(
        x=events[:, 0].copy(),
        y=events[:, 1].copy(),
        polarity=(word >> 23).astype(np.uint8),
        time=word & np.uint32(TIME_LIMIT - 1),
    )
    _check(recording, str(path))
    return recording


def write_recording(path: str | Path, recording: Recording) -> None:
    """Write one N-MNIST event file atomically; raises UserError for what the format or its reader refuses."""
    if recording.time.size == 0:
        raise UserError(f"{path} would be a recording without events; give the camera an image that is not blank.")
    if recording.time.size > MAX_EVENTS or int(recording.time.max()) >= TIME_LIMIT:
        raise UserError(
            f"{path} cannot hold this recording of {recording.time.size} events up to {recording.time.max()} "
            f"µs; cut it to {MAX_EVENTS} events and {TIME_LIMIT} µs."
        )
    _check(recording, str(path))
    word = (recording.polarity.astype(np.uint32) << 23) | recording.time.astype(np.uint32)
    events = np.empty((word.size, BYTES_PER_EVENT), dtype=np.uint8)
    events[:, 0] = recording.x
    events[:, 1] = recording.y
    events[:, 2] = word >> 16
    events[:, 3] = (word >> 8) & 0xFF
    events[:, 4] = word & 0xFF
    with atomic_path(path) as temporary:
        events.tofile(temporary)


def _check(recording: Recording, name: str) -> None:
    outside = (recording.x >= WIDTH) | (recording.y >= HEIGHT)
    if outside.any():
        event = int(np.argmax(outside))
        raise UserError(
            f"{name} places event {event} at column {recording.x[event]}, row {recording.y[event]}, outside "
            f"the {WIDTH} x {HEIGHT} sensor; {_REMEDY}."
        )
    backwards = recording.time[1:] < recording.time[:-1]
    if backwards.any():
        event = int(np.argmax(backwards)) + 1
        raise UserError(
            f"{name} runs backwards in time at event {event} ({recording.time[event - 1]} to "
            f"{recording.time[event]} µs); {_REMEDY}."
        )
