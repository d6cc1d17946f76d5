"""Recordings of channels rather than pixels: spikes of a cochlea, simulated or not."""
