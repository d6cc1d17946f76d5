"""How a channel is written as the polarity, row and column of an event, so that the number of its input is its own."""

import numpy as np

from snnlocality.data.channels.sensor import SENSOR
from snnlocality.data.vision.recordings import Recording


def recording(channel: np.ndarray, time_us: np.ndarray) -> Recording:
    """Events (n,) of these channels, below 700, at these times in microseconds, in any order.

    An input is (polarity * 14 + row) * 25 + column (``vision.binning``).
    """
    order = np.argsort(time_us, kind="stable")
    row, column = np.divmod(channel[order], SENSOR[1])
    polarity, row = np.divmod(row, SENSOR[0])
    x, y, p = (array.astype(np.uint8) for array in (column, row, polarity))
    return Recording(x, y, p, time_us[order].astype(np.uint32))
