"""DVS Gesture: gestures of people before a camera of 128 x 128 pixels."""

from snnlocality.data.source import GESTURES, Source

SOURCE = Source(
    "recordings", "snnlocality.data.vision.gestures:dvs_gesture", samples=1341, folder=GESTURES, sensor=(128, 128)
)
