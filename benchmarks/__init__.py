"""Training speed of this package against other libraries, side by side: ``python -m benchmarks``."""
