"""scikit-learn's digits seen by the simulated event camera; embedded."""

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.vision.saccades:digits", samples=1797)
