"""N-MNIST: real recordings of MNIST."""

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.vision.nmnist:nmnist", samples=70_000, folder="n-mnist")
