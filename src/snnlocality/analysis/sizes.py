"""Sizes that analyses need."""

LEAST_SAMPLES = 4  # of a mini-batch, for the estimator of CKA to exist
