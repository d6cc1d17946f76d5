"""Five rhythms on sixteen channels, made on the spot."""

import numpy as np

from snnlocality.data.source import Source
from snnlocality.data.vision.recordings import Recording, RecordingSet

SOURCE = Source("recordings", "lazy_learning.channels:read", samples=100, sensor=(1, 16))


def read() -> RecordingSet:
    """Events of 100 ms; each class has channels of its own that are busier."""
    labels = (np.arange(100) % 5).astype(np.uint8)

    def recording(index: int) -> Recording:
        random = np.random.default_rng((0, index))
        busy = 3 * labels[index] + random.integers(0, 4, 40)
        channel = np.where(random.random(40) < 0.7, busy, random.integers(0, 16, 40)) % 16
        time = np.sort(random.integers(0, 100_000, 40))
        return Recording(
            channel.astype(np.uint8), np.zeros(40, np.uint8), (channel % 2).astype(np.uint8), time.astype(np.uint32)
        )

    return RecordingSet("channels", labels, np.zeros(100, bool), recording, "channels: made on the spot", 5, (1, 16))
