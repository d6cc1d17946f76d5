"""Channels in the place of a sensor's pixels, for what must not load NumPy."""

CHANNELS = 700
SENSOR = (14, 25)  # rows and columns; of two polarities 2 x 14 x 25 = 700 inputs (``channels.layout``)
