"""Fit the simulated event camera to real recordings of the same images.

Only statistics of recordings are used, never the accuracy of a network. Three things are fitted in turn, a
few times over: the trajectory (by measuring the motion in real and in simulated recordings alike and moving
the simulated one), the jitter between recordings (by the spread of the same measurements), and the optics and
the pixel (by a derivative-free search). What can be counted directly is: noise, length of a recording.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize

from calibration.camera_motion import (
    BIN_MS,
    BINS,
    Motion,
    corrected_trajectory,
    measure_motion,
    recording_offsets,
)
from calibration.recording_statistics import (
    SACCADE_EDGES_MS,
    Statistics,
    event_maps,
    statistics,
)
from snnlocality.data.vision.camera import CameraParameters, record
from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.errors import UserError

MAP_MS, MAP_BINS = 10.0, 31

# Where the search starts: plausible values, from no data. The fit takes the trajectory from the recordings.
START = CameraParameters(
    trajectory_ms=(0.0, 315.0),
    trajectory_x=(0.0, 0.0),
    trajectory_y=(0.0, 0.0),
    jitter_x=0.0,
    jitter_y=0.0,
    scale=1.0,
    blur=0.5,
    contrast=0.85,
    receptor_ms=2.0,
    threshold_on=0.2,
    threshold_off=0.2,
    threshold_spread=0.1,
    threshold_noise=0.05,
    latency_ms=1.0,
    dead_ms=1.5,
    noise_on_hz=0.1,
    noise_off_hz=0.1,
    jitter_ms=0.0,
    duration_ms=308.0,
    duration_spread_ms=3.0,
    sensor_seed=0,
)

# The searched parameters and the step in their logarithm (for the contrast: of its odds) that the search
# starts with.
SEARCHED = {
    "scale": 0.02,
    "blur": 0.2,
    "contrast": 0.3,
    "receptor_ms": 0.3,
    "threshold_on": 0.15,
    "threshold_off": 0.15,
    "threshold_spread": 0.4,
    "threshold_noise": 0.4,
    "latency_ms": 0.3,
    "dead_ms": 0.15,
}


@dataclass(frozen=True)
class Pairs:
    """Real recordings and the images they are of."""

    recordings: Sequence[Recording]
    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray  # (n,) uint8

    def take(self, chosen: np.ndarray) -> "Pairs":
        """The pairs with indices ``chosen`` (m,)."""
        return Pairs([self.recordings[i] for i in chosen], self.images[chosen], self.labels[chosen])


def simulate(images: np.ndarray, parameters: CameraParameters, seed: int) -> list[Recording]:
    """One simulated recording of each image (n, 28, 28) uint8."""
    return [record(image / np.float32(255), parameters, (seed, index)) for index, image in enumerate(images)]


def fit_camera(
    real: Pairs,
    rounds: int = 2,
    evaluations: int = 150,
    search_size: int = 100,
    report: Callable[[str], None] = print,
) -> CameraParameters:
    """Camera parameters that make simulated recordings of ``real``'s images like its recordings.

    ``rounds`` times trajectory, search (with so many ``evaluations``, on ``search_size`` recordings spread
    evenly over ``real``) and jitter. Deterministic. Raises UserError if those recordings
    lack a class.
    """
    few = real.take(np.unique(np.linspace(0, len(real.labels) - 1, search_size).astype(int)))
    if np.unique(few.labels).size < 10:
        raise UserError(
            f"The {few.labels.size} recordings that the camera would be fitted to lack a digit; give more of N-MNIST."
        )
    few_statistics = statistics(few.recordings, few.labels)
    wanted = measure_motion(real.recordings, real.images)
    parameters = _with_noise_and_length(START, real)
    parameters = _with_trajectory(parameters, _first_trajectory(wanted))
    for turn in range(rounds):
        for _ in range(3):
            parameters = _with_motion(parameters, real, wanted)
        parameters = _search(parameters, few, few_statistics, evaluations)
        parameters = _with_jitter(parameters, real, wanted)
        parts = mismatch(parameters, few, few_statistics)
        report(f"round {turn + 1}: " + ", ".join(f"{name} {value:.4f}" for name, value in parts.items()))
    for _ in range(2):
        parameters = _with_motion(parameters, real, wanted)
    return _rounded(_search(parameters, few, few_statistics, evaluations))


def mismatch(parameters: CameraParameters, real: Pairs, wanted: Statistics) -> dict[str, float]:
    """How far simulated recordings are from ``real`` with its statistics ``wanted``, by kind.

    maps: squared difference between the real event maps (10 ms bins) and the expected simulated ones,
    relative to the real maps' squares; an unbiased estimate from two independent simulations, so that noise
    costs nothing. intervals: absolute difference between the distributions of intervals between a pixel's
    events. profile: the same of events over time and polarity. classes: root mean square of the relative
    difference of the mean events per class. on_share: absolute difference.
    """
    simulated = [simulate(real.images, parameters, seed) for seed in (1, 2)]
    product = square = 0.0
    for truth, one, other in zip(real.recordings, *simulated, strict=True):
        truth_map = event_maps(truth, MAP_MS, MAP_BINS)
        one_map, other_map = event_maps(one, MAP_MS, MAP_BINS), event_maps(other, MAP_MS, MAP_BINS)
        product += float(((truth_map - one_map) * (truth_map - other_map)).sum())
        square += float((truth_map**2).sum())
    now = statistics(simulated[0], real.labels)
    intervals = np.concatenate([now.same_intervals, now.opposite_intervals])
    wanted_intervals = np.concatenate([wanted.same_intervals, wanted.opposite_intervals])
    return {
        "maps": product / square,
        "intervals": float(np.abs(intervals - wanted_intervals).sum() / wanted_intervals.sum()),
        "profile": float(np.abs(now.profile - wanted.profile).sum() / wanted.profile.sum()),
        "classes": float(np.sqrt(np.mean((now.class_events / wanted.class_events - 1) ** 2))),
        "on_share": abs(now.on_share - wanted.on_share),
    }


def _search(parameters: CameraParameters, real: Pairs, wanted: Statistics, evaluations: int) -> CameraParameters:
    # The maps count most: they hold what a network sees. The others are small where the maps are right, and
    # their weights make a difference of 10 % in one of them worth some 3 % of the maps' squares.
    weights = {"maps": 1.0, "intervals": 0.2, "profile": 0.2, "classes": 0.5, "on_share": 1.0}

    def cost(point: np.ndarray) -> float:
        parts = mismatch(_at(parameters, point), real, wanted)
        return sum(weights[name] * value for name, value in parts.items())

    start = np.zeros(len(SEARCHED))
    simplex = np.concatenate([start[None], np.diag(list(SEARCHED.values()))])
    found = minimize(
        cost,
        start,
        method="Nelder-Mead",
        options={
            "initial_simplex": simplex,
            "maxfev": evaluations,
            "adaptive": True,
            "xatol": 1e-3,
            "fatol": 1e-4,
        },
    )
    return _at(parameters, found.x)


def _at(parameters: CameraParameters, point: np.ndarray) -> CameraParameters:
    """Parameters with the searched ones moved by ``point`` in their logarithms (contrast: log odds)."""
    changes = {}
    for name, move in zip(SEARCHED, point, strict=True):
        value = getattr(parameters, name)
        if name == "contrast":
            changes[name] = float(1 / (1 + (1 - value) / value * np.exp(-move)))
        else:
            changes[name] = float(value * np.exp(move))
    return replace(parameters, **changes)


def _with_noise_and_length(parameters: CameraParameters, real: Pairs) -> CameraParameters:
    """Noise as counted in the sensor's 3 x 3 corners, which no digit reaches; length as the last event's
    time."""
    last = np.array([recording.time[-1] for recording in real.recordings]) / 1e3
    counts = np.zeros(2)
    for recording in real.recordings:
        corner = np.isin(recording.x, (0, 1, 2, WIDTH - 3, WIDTH - 2, WIDTH - 1))
        corner &= np.isin(recording.y, (0, 1, 2, HEIGHT - 3, HEIGHT - 2, HEIGHT - 1))
        counts += np.bincount(recording.polarity[corner], minlength=2)
    rate = counts / (4 * 9 * last.sum() * 1e-3)
    return replace(
        parameters,
        noise_off_hz=float(rate[0]),
        noise_on_hz=float(rate[1]),
        duration_ms=float(last.mean()),
        duration_spread_ms=float(last.std()),
    )


def _first_trajectory(wanted: Motion) -> np.ndarray:
    """Knots (k, 3) every 5 ms of time, x, y: displacements as measured, well-explained bins pulling the
    others."""
    times = np.arange(0.0, (BINS + 1) * BIN_MS, BIN_MS)
    still = np.stack([times, np.zeros_like(times), np.zeros_like(times)], axis=1)
    centres = (np.arange(BINS) + 0.5) * BIN_MS
    weight = np.clip(wanted.explained, 1e-3, None)
    near = np.exp(-0.5 * ((times[:, None] - centres[None, :]) / 6.0) ** 2) * weight
    still[:, 1:] = (near @ wanted.displacement) / near.sum(axis=1, keepdims=True)
    return still


def _with_trajectory(parameters: CameraParameters, knots: np.ndarray) -> CameraParameters:
    columns = [tuple(float(value) for value in column) for column in knots.T]
    return replace(parameters, trajectory_ms=columns[0], trajectory_x=columns[1], trajectory_y=columns[2])


def _with_motion(parameters: CameraParameters, real: Pairs, wanted: Motion) -> CameraParameters:
    seen = measure_motion(simulate(real.images, parameters, 3), real.images)
    knots = np.array([parameters.trajectory_ms, parameters.trajectory_x, parameters.trajectory_y]).T
    # Events come late: those of a bin tell of the motion a little earlier.
    delay = parameters.receptor_ms + parameters.latency_ms
    centres = (np.arange(BINS) + 0.5) * BIN_MS - delay
    return _with_trajectory(parameters, corrected_trajectory(knots, seen, wanted, centres))


def _with_jitter(parameters: CameraParameters, real: Pairs, wanted: Motion) -> CameraParameters:
    """Jitter such that the spread of measured offsets and saccade times is the real one."""
    calm = replace(parameters, jitter_x=0.0, jitter_y=0.0, jitter_ms=0.0)
    simulated = simulate(real.images, calm, 4)
    offset_real = recording_offsets(real.recordings, real.images, wanted).std(axis=0)
    offset_simulated = recording_offsets(simulated, real.images, measure_motion(simulated, real.images)).std(axis=0)
    offset = np.sqrt(np.clip(offset_real**2 - offset_simulated**2, 0, None))
    # The image's shape moves the time at which most events come, in real and simulated recordings alike.
    shift = saccade_times(real.recordings) - saccade_times(simulated)
    both = simulate(real.images, calm, 5)
    noise = (saccade_times(simulated) - saccade_times(both)).var(axis=0) / 2
    variance = np.clip(shift.var(axis=0) - 2 * noise, 0, None).mean()
    return replace(parameters, jitter_x=float(offset[0]), jitter_y=float(offset[1]), jitter_ms=float(np.sqrt(variance)))


def saccade_times(recordings: Sequence[Recording]) -> np.ndarray:
    """(n, 3) median time of each recording's events in each saccade, ms."""
    times = []
    for recording in recordings:
        cuts = np.searchsorted(recording.time, np.array(SACCADE_EDGES_MS) * 1e3)
        times.append([np.median(recording.time[a:b]) / 1e3 if b > a else np.nan for a, b in pairwise(cuts)])
    filled = np.array(times)
    return np.where(np.isnan(filled), np.nanmean(filled, axis=0), filled)


def _rounded(parameters: CameraParameters) -> CameraParameters:
    """Parameters to four significant digits, as they are kept."""

    def short(value: float) -> float:
        return float(f"{value:.4g}")

    changes = {}
    for name in CameraParameters.__dataclass_fields__:
        value = getattr(parameters, name)
        if isinstance(value, tuple):
            changes[name] = tuple(round(item, 3) for item in value)
        elif isinstance(value, float):
            changes[name] = short(value)
    return replace(parameters, **changes)
