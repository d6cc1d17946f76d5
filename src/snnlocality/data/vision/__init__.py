"""Event-camera recordings: real (N-MNIST) and simulated (a camera making N-MNIST's three saccades)."""
