"""Synthetic words through a simulated cochlea, of SHD's shape; embedded."""

from snnlocality.data.channels.sensor import SENSOR
from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.channels.words:words", samples=2000, sensor=SENSOR)
