"""All of MNIST seen by the simulated event camera."""

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.vision.saccades:mnist_saccades", samples=70_000, folder="mnist")
