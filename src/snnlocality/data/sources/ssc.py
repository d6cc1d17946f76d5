"""SSC: spoken commands as spikes of a cochlea model."""

from snnlocality.data.channels.sensor import SENSOR
from snnlocality.data.source import Source

SOURCE = Source(
    "recordings", "snnlocality.data.channels.heidelberg:ssc", samples=105_829, folder="hsd/SSC", sensor=SENSOR
)
