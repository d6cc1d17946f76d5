"""All of MNIST seen by the simulated event camera, for confirmations: docs/protocol.md."""

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.vision.saccades:mnist_confirmation", samples=70_000, folder="mnist")
