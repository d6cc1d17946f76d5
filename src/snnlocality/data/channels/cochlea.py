"""A simulated cochlea: from audio to the spikes of 700 channels, as in the making of SHD, but simpler.

Band energies on the scale of hearing, compressed and adapting as hair cells are, drive leaky integrate-and-fire
neurons. Cramer et al. 2020 solve a basilar membrane and have more stages; what this is for is the shape of their data
(channels in order of frequency, onsets, about as many spikes), not their numbers.
"""

import numpy as np

from snnlocality.data.channels.sensor import CHANNELS

_WINDOW_S, _HOP_S = 0.016, 0.002
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7600.0
_SILENCE = 1e-20  # energy below which nothing is heard
_RANGE_DB = 50.0  # below the loudest band of a recording nothing is heard
_ADAPTATION, _ADAPTATION_S = 0.6, 0.05  # how much of its own past a band is judged against, and how long that is
_MEMBRANE_S, _GAIN = 0.01, 0.8  # so that a word has about the 8000 spikes of SHD's recordings


def spikes(audio: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Channel, 0 the lowest, and time in microseconds of every spike, (n,) int64 each.

    ``audio``: (samples,) at ``rate`` samples a second, at least twice 7600.
    """
    heard = _adapted(_levels(audio, rate))
    potential = np.zeros(CHANNELS)
    kept = np.exp(-_HOP_S / _MEMBRANE_S)
    fired = np.zeros(heard.shape, bool)
    for step, drive in enumerate(heard):
        potential = kept * potential + _GAIN * drive
        fired[step] = potential > 1
        potential -= fired[step]
    steps, channel = np.nonzero(fired)
    return channel, steps * round(_HOP_S * 1e6)


def _levels(audio: np.ndarray, rate: int) -> np.ndarray:
    """Energy of every band at every hop, as a share of the range below the loudest, (hops, 700) between 0 and 1."""
    window, hop = round(_WINDOW_S * rate), round(_HOP_S * rate)
    padded = np.pad(np.asarray(audio, np.float64), (window // 2, window))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop][: -(-len(audio) // hop)]
    power = np.abs(np.fft.rfft(frames * np.hanning(window), 2 * window)) ** 2
    energy = power @ _bands(rate, power.shape[1]).T
    decibels = 10 * np.log10(np.maximum(energy, _SILENCE) / max(energy.max(), _SILENCE * 10 ** (_RANGE_DB / 10)))
    return np.maximum(1 + decibels / _RANGE_DB, 0)


def _bands(rate: int, bins: int) -> np.ndarray:
    """Weights of frequencies in every band, (700, bins): as wide as hearing's filters (Glasberg & Moore 1990)."""
    scale = np.linspace(_on_scale(_LOWEST_HZ), _on_scale(_HIGHEST_HZ), CHANNELS)
    centre = (10 ** (scale / 21.4) - 1) / 0.00437
    width = 24.7 * (0.00437 * centre + 1)
    frequency = np.linspace(0, rate / 2, bins)
    weights = np.exp(-0.5 * ((frequency - centre[:, None]) / width[:, None]) ** 2)
    return weights / weights.sum(axis=1, keepdims=True)


def _on_scale(hertz: float) -> float:
    """Number of filters of hearing below a frequency."""
    return 21.4 * np.log10(0.00437 * hertz + 1)


def _adapted(levels: np.ndarray) -> np.ndarray:
    kept, past = np.exp(-_HOP_S / _ADAPTATION_S), np.zeros(levels.shape[1])
    result = np.empty_like(levels)
    for step, level in enumerate(levels):
        result[step] = np.maximum(level - _ADAPTATION * past, 0)
        past = kept * past + (1 - kept) * level
    return result
