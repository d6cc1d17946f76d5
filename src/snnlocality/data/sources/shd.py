"""SHD: spoken digits as spikes of a cochlea model."""

from snnlocality.data.channels.sensor import SENSOR
from snnlocality.data.source import Source

SOURCE = Source(
    "recordings", "snnlocality.data.channels.heidelberg:shd", samples=10_420, folder="hsd/SHD", sensor=SENSOR
)
