"""Spiking neural network learning rules from global to local, benchmarked reproducibly."""
