"""All of MNIST seen by the simulated event camera, for what follows a confirmation: docs/followup.md."""

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.vision.followup:mnist_followup", samples=70_000, folder="mnist")
