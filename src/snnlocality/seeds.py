"""Random streams: one independent generator per seed and purpose, the same on every machine."""

import zlib

import numpy as np


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A generator that no other purpose shares, so that adding one draw changes no other stream."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
