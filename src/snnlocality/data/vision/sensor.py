"""The event camera's sensor, N-MNIST's."""

HEIGHT, WIDTH = 34, 34
UNITS = 2 * HEIGHT * WIDTH  # of two polarities
