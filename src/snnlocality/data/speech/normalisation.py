"""Normalisation of speech features; by itself, since training needs it and not the libraries that make them."""

import numpy as np


def mean_and_scale(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation per feature, (n_features,) float32 each, of (n_frames, n_features) frames.

    Apply as ``(frames - mean) / scale``, with the statistics of training frames only. A feature that never
    varies gets scale 1.
    """
    mean = frames.mean(axis=0, dtype=np.float64)
    scale = frames.std(axis=0, dtype=np.float64)
    return mean.astype(np.float32), np.where(scale > 0, scale, 1.0).astype(np.float32)
