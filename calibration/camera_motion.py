"""How the image moves over the sensor, read off the events of many recordings of known images.

Brightness change in a short time is minus the gradient of the (logarithmic) image times its velocity, so in
each time bin the map of ON minus OFF events is a combination of the image's two derivatives, shifted by the
displacement. The displacement is where the maps of all recordings together are explained best; the
coefficients there are the velocity, in events per unit of gradient.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from calibration.recording_statistics import event_maps
from snnlocality.data.vision.camera import IMAGE_SIZE
from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import HEIGHT, WIDTH

BIN_MS = 5.0
BINS = 62  # up to 310 ms
_PAD = 64  # size of the plane on which images and maps are correlated; no digit wraps around on it
_REACH = 10  # largest displacement looked for, pixels
# What the estimate assumes of the optics. It need not be exact: real and simulated recordings are measured
# alike.
_ASSUMED_BLUR = 0.6
_ASSUMED_CONTRAST = 0.85


@dataclass(frozen=True)
class Motion:
    """Displacement and velocity in each 5 ms bin, x to the right and y downwards."""

    displacement: np.ndarray  # (62, 2) pixels
    velocity: np.ndarray  # (62, 2) events per unit of log-image gradient
    explained: np.ndarray  # (62,) share of the maps' sum of squares that displacement and velocity explain


def measure_motion(recordings: Sequence[Recording], images: np.ndarray, contrast: float = _ASSUMED_CONTRAST) -> Motion:
    """The motion common to recordings of ``images`` (n, 28, 28) uint8.

    ``contrast`` is the share of light that a full image value takes away; a negative one lets it add light.
    """
    gradients = _gradients(images, contrast)
    spectra = np.conj(np.fft.rfft2(gradients))
    inverse = np.linalg.inv(np.einsum("inyx,jnyx->ij", gradients, gradients))
    maps = np.stack([_signed_maps(recording) for recording in recordings], axis=1)
    displacement, velocity, explained = np.zeros((BINS, 2)), np.zeros((BINS, 2)), np.zeros(BINS)
    for step in range(BINS):
        spectrum = np.fft.rfft2(maps[step], s=(_PAD, _PAD))
        products = np.stack([_correlation((spectra[axis] * spectrum).sum(axis=0)) for axis in (0, 1)])
        explained_map = np.einsum("iyx,ij,jyx->yx", products, inverse, products)
        row, column = np.unravel_index(np.argmax(explained_map[1:-1, 1:-1]), (2 * _REACH - 1, 2 * _REACH - 1))
        row, column = row + 1, column + 1
        displacement[step] = (
            column - _REACH + _vertex(explained_map[row, column - 1 : column + 2]),
            row - _REACH + _vertex(explained_map[row - 1 : row + 2, column]),
        )
        velocity[step] = -inverse @ products[:, row, column]
        explained[step] = explained_map[row, column] / max(float((maps[step] ** 2).sum()), 1.0)
    return Motion(displacement, velocity, explained)


def recording_offsets(recordings: Sequence[Recording], images: np.ndarray, motion: Motion) -> np.ndarray:
    """(n, 2) displacement x, y in pixels of each recording from the common motion."""
    spectra = np.conj(np.fft.rfft2(_gradients(images, _ASSUMED_CONTRAST)))
    turn_y, turn_x = np.fft.fftfreq(_PAD)[:, None], np.fft.rfftfreq(_PAD)[None, :]
    used = np.flatnonzero(motion.explained > 0.3 * motion.explained.max())
    offsets = np.empty((len(recordings), 2))
    for index, recording in enumerate(recordings):
        maps = np.fft.rfft2(_signed_maps(recording), s=(_PAD, _PAD))
        total = np.zeros(maps.shape[1:], dtype=complex)
        for step in used:
            expected = -np.einsum("i,iyx->yx", motion.velocity[step], spectra[:, index])
            dx, dy = motion.displacement[step]
            total += expected * maps[step] * np.exp(2j * np.pi * (turn_x * dx + turn_y * dy))
        match = _correlation(total)[_REACH - 3 : _REACH + 4, _REACH - 3 : _REACH + 4]
        row, column = np.unravel_index(np.argmax(match[1:-1, 1:-1]), (5, 5))
        row, column = row + 1, column + 1
        offsets[index] = (
            column - 3 + _vertex(match[row, column - 1 : column + 2]),
            row - 3 + _vertex(match[row - 1 : row + 2, column]),
        )
    return offsets


def corrected_trajectory(knots: np.ndarray, seen: Motion, wanted: Motion, centres_ms: np.ndarray) -> np.ndarray:
    """Knots (k, 3) of time, x, y, changed so that the motion seen in a simulation moves to the wanted one.

    ``centres_ms`` (62,) are the times to which the motions' bins belong. The new knots are a least-squares
    compromise between what displacements and velocities ask for, each weighted by how well it was measured.
    """
    times = knots[:, 0]
    spacing = np.diff(times)
    weight = np.sqrt(np.clip(np.minimum(seen.explained, wanted.explained), 1e-4, None))
    place = _interpolation(centres_ms, times)
    slope = (_interpolation(centres_ms + BIN_MS / 2, times) - _interpolation(centres_ms - BIN_MS / 2, times)) / BIN_MS
    bend = np.diff(np.eye(times.size) / spacing.mean(), n=2, axis=0)
    result = knots.copy()
    for axis in (0, 1):
        now = knots[:, axis + 1]
        speed = slope @ now
        gain = (speed @ seen.velocity[:, axis]) / (speed @ speed)
        step = wanted.displacement[:, axis] - seen.displacement[:, axis]
        faster = (wanted.velocity[:, axis] - seen.velocity[:, axis]) / gain
        # Trusted to 0.3 pixels and 0.02 pixels/ms in a well-explained bin; bends of the change, to 0.05
        # pixels/ms.
        system = np.concatenate([place * (weight / 0.3)[:, None], slope * (weight / 0.02)[:, None], bend / 0.05])
        target = np.concatenate([step * weight / 0.3, faster * weight / 0.02, np.zeros(bend.shape[0])])
        result[:, axis + 1] = now + np.linalg.lstsq(system, target, rcond=None)[0]
    return result


def _gradients(images: np.ndarray, contrast: float) -> np.ndarray:
    """(2, n, 64, 64) derivatives along x and y of the logarithm of the light from the blurred images."""
    plane = np.zeros((len(images), _PAD, _PAD), dtype=np.float32)
    top, left = (HEIGHT - IMAGE_SIZE) // 2, (WIDTH - IMAGE_SIZE) // 2
    plane[:, top : top + IMAGE_SIZE, left : left + IMAGE_SIZE] = images / np.float32(255)
    level = np.log1p(-contrast * gaussian_filter(plane, (0, _ASSUMED_BLUR, _ASSUMED_BLUR)))
    return np.stack([(np.roll(level, -1, axis) - np.roll(level, 1, axis)) / 2 for axis in (2, 1)])


def _signed_maps(recording: Recording) -> np.ndarray:
    maps = event_maps(recording, BIN_MS, BINS)
    return maps[:, 1] - maps[:, 0]


def _correlation(spectrum: np.ndarray) -> np.ndarray:
    """Correlation at displacements -10..10 of rows and columns."""
    plane = np.fft.fftshift(np.fft.irfft2(spectrum, s=(_PAD, _PAD)))
    middle = _PAD // 2
    return plane[middle - _REACH : middle + _REACH + 1, middle - _REACH : middle + _REACH + 1]


def _vertex(values: np.ndarray) -> float:
    """Place of the extremum of the parabola through values at -1, 0, 1."""
    bend = values[0] - 2 * values[1] + values[2]
    return float(np.clip(0.5 * (values[0] - values[2]) / bend, -0.5, 0.5)) if bend else 0.0


def _interpolation(places: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """(p, k) matrix of linear interpolation from values at ``knots`` to ``places``."""
    return np.stack([np.interp(places, knots, unit) for unit in np.eye(knots.size)], axis=1)
