"""All of MNIST seen by the simulated event camera, to be dealt into folds: docs/followup-third.md."""

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.vision.folds:mnist_folds", samples=70_000, folder="mnist")
