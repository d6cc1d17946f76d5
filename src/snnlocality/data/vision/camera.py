"""A simulated event camera that looks at a still image through N-MNIST's three saccades.

The screen shows the image dark on bright, the lens and the pixel's aperture blur it, and the camera's
movement shifts it over the sensor. With I the blurred image in 0..1 and d(t) its displacement, a pixel at p
sees

    L(p, t) = log(1 - contrast * I(p - d(t)))

through a first-order low-pass filter (the photoreceptor). It fires ON when L has risen by its ON threshold
above the level stored at its last event, OFF when it has fallen by its OFF threshold below. The event leaves
the pixel after a random delay and the pixel then stays blind for its dead time; the level it stores is the
one at the end of that, so fast edges give fewer events than slow ones. Thresholds differ from pixel to pixel,
as a fixed pattern of the sensor, and events without a cause come at a constant rate.

All numbers are in ``camera.json``, which ``calibration/camera.py`` writes.
"""

import functools
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numba
import numpy as np
from scipy.special import erf

from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.errors import UserError
from snnlocality.storage import read_json, write_json

IMAGE_SIZE = 28
SACCADE_MS = 102.0  # time from one saccade's start to the next
_SACCADES = 3
STEP_MS = 1.0  # time step of the simulation; crossings are interpolated within it
_FINE = 3  # samples per pixel of the grid on which the blurred image is tabulated
_MARGIN = 8  # pixels that the table reaches beyond the sensor on each side; bounds the displacement
CALIBRATED = Path(__file__).with_name("camera.json")


@dataclass(frozen=True)
class CameraParameters:
    """What the simulated camera is; see the module's text for the model."""

    trajectory_ms: tuple[float, ...]  # times of the trajectory's knots, ms, increasing, from 0
    trajectory_x: tuple[float, ...]  # displacement of the image's centre to the right of the sensor's, pixels
    trajectory_y: tuple[float, ...]  # the same, downwards, pixels
    jitter_x: float  # standard deviation of a recording's constant displacement to the right, pixels
    jitter_y: float  # the same, downwards, pixels
    scale: float  # sensor pixels per image pixel
    blur: float  # standard deviation of the Gaussian blur of lens and screen, pixels
    contrast: float  # share of the screen's light that a full image value takes away, 0..1
    receptor_ms: float  # time constant of the photoreceptor, ms
    threshold_on: float  # mean ON threshold, natural-log units
    threshold_off: float  # mean OFF threshold, natural-log units
    threshold_spread: float  # standard deviation of ln(threshold) over pixels, shared by a pixel's polarities
    threshold_noise: float  # standard deviation of ln(threshold) from event to event
    latency_ms: float  # mean of the exponential delay of an event, ms
    dead_ms: float  # blind time of a pixel after each event, ms
    noise_on_hz: float  # rate of ON events without a cause, per pixel and second
    noise_off_hz: float  # rate of OFF events without a cause, per pixel and second
    jitter_ms: float  # standard deviation of the time at which a recording makes each saccade, ms
    duration_ms: float  # mean length of a recording, ms
    duration_spread_ms: float  # standard deviation of that length, ms
    sensor_seed: int  # seed of the sensor's fixed pattern of thresholds

    def __post_init__(self) -> None:
        """Refuse a trajectory the tables do not cover and an image that would take away all the light."""
        knots = np.array([self.trajectory_ms, self.trajectory_x, self.trajectory_y])
        if knots.shape[1] < 2 or knots[0, 0] != 0 or (np.diff(knots[0]) <= 0).any():
            raise UserError("trajectory_ms of the camera must start at 0 and increase over two or more knots.")
        if np.abs(knots[1:]).max() > _MARGIN - 1:
            raise UserError(f"The camera's trajectory must stay within {_MARGIN - 1} pixels of the centre.")
        if not 0 <= self.contrast < 1:
            raise UserError(f"The camera's contrast is {self.contrast}, but must lie in 0..1, 1 excluded.")


def load_parameters(path: str | Path = CALIBRATED) -> CameraParameters:
    """Read camera parameters, by default the calibrated ones; raises UserError on wrong or missing names."""
    values = read_json(path)
    names = {field.name for field in fields(CameraParameters)}
    if values.keys() != names:
        odd = ", ".join(sorted(values.keys() ^ names))
        raise UserError(f"{path} lacks or has too many camera parameters ({odd}); run the calibration again.")
    read: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return CameraParameters(**read)


def save_parameters(path: str | Path, parameters: CameraParameters) -> None:
    """Write camera parameters as JSON."""
    write_json(path, asdict(parameters))


def record(image: np.ndarray, parameters: CameraParameters, seed: int | tuple[int, ...]) -> Recording:
    """Record ``image``, (28, 28) floats in 0..1; equal seeds (entropy for numpy's SeedSequence) give equal
    events.

    Raises UserError if the image has another shape or range.
    """
    image = np.asarray(image, dtype=np.float32)
    if image.shape != (IMAGE_SIZE, IMAGE_SIZE) or not (image.min() >= 0 and image.max() <= 1):
        raise UserError(
            f"The camera takes {IMAGE_SIZE} x {IMAGE_SIZE} images with values in 0..1, not one of shape "
            f"{image.shape}; scale it first."
        )
    sensor = _sensor(parameters)
    light = _light(image, sensor.optics, parameters.contrast)
    kernel_seed = int(np.random.SeedSequence(seed).generate_state(1)[0])
    x, y, polarity, time = _record(
        light,
        sensor.path,
        sensor.gain,
        np.array([parameters.jitter_x, parameters.jitter_y]),
        parameters.jitter_ms,
        np.float32(STEP_MS / (STEP_MS + parameters.receptor_ms)),
        np.array([parameters.threshold_off, parameters.threshold_on]),
        parameters.threshold_noise,
        parameters.latency_ms,
        parameters.dead_ms,
        np.array([parameters.noise_off_hz, parameters.noise_on_hz]) * 1e-3,
        np.array([parameters.duration_ms, parameters.duration_spread_ms]),
        kernel_seed,
    )
    order = np.argsort(time, kind="stable")
    return Recording(x[order], y[order], polarity[order], time[order])


@dataclass(frozen=True)
class _Sensor:
    """What all recordings of one camera share."""

    optics: np.ndarray  # (fine, 28) float64: image row or column -> light on the fine grid
    path: np.ndarray  # (steps, 2) float64: displacement x, y in pixels at each time step
    gain: np.ndarray  # (34, 34) float64: factor on the thresholds


@functools.lru_cache(maxsize=8)
def _sensor(parameters: CameraParameters) -> _Sensor:
    times = np.arange(0, parameters.duration_ms + 4 * parameters.duration_spread_ms + STEP_MS, STEP_MS)
    path = np.stack(
        [
            np.interp(times, parameters.trajectory_ms, parameters.trajectory_x),
            np.interp(times, parameters.trajectory_ms, parameters.trajectory_y),
        ],
        axis=1,
    )
    pattern = np.random.default_rng(parameters.sensor_seed).standard_normal((HEIGHT, WIDTH))
    return _Sensor(_optics(parameters), path, np.exp(parameters.threshold_spread * pattern))


def _optics(parameters: CameraParameters) -> np.ndarray:
    """(fine, 28): share of each image column in the light at each place of the fine grid.

    An image column is a bar ``scale`` pixels wide; it is blurred by the Gaussian, and the pixel's aperture of
    one pixel by three midpoints.
    """
    size = WIDTH + 2 * _MARGIN
    places = (np.arange(size * _FINE) + 0.5) / _FINE - size / 2
    edges = (np.arange(IMAGE_SIZE + 1) - IMAGE_SIZE / 2) * parameters.scale
    aperture = np.array([-1.0, 0.0, 1.0]) / 3
    distance = edges[None, :, None] - places[:, None, None] - aperture
    cumulative = 0.5 * (1 + erf(distance / (np.sqrt(2) * parameters.blur)))
    return np.diff(cumulative.mean(axis=2), axis=1)


@numba.njit(nogil=True, cache=True)
def _light(image, optics, contrast):  # pragma: no cover - compiled
    """ln(1 - contrast I) of an image I seen through the optics, (fine, fine) float32.

    Sums in one order, in double precision, and the C library's logarithm: NumPy's matrix products and logarithms differ
    from processor to processor in the last bit, which moves some of many millions of events.
    """
    seen = _product(_product(optics, image), np.ascontiguousarray(optics.T))
    light = np.empty(seen.shape, np.float32)
    for row in range(seen.shape[0]):
        for column in range(seen.shape[1]):
            light[row, column] = math.log1p(-contrast * seen[row, column])
    return light


@numba.njit(nogil=True, cache=True)
def _product(a, b):  # pragma: no cover - compiled
    """a b, every sum from the first term to the last."""
    product = np.zeros((a.shape[0], b.shape[1]))
    for row in range(a.shape[0]):
        for place in range(a.shape[1]):
            for column in range(b.shape[1]):
                product[row, column] += a[row, place] * b[place, column]
    return product


@numba.njit(nogil=True, cache=True)
def _record(
    light,
    path,
    gain,
    jitter,
    jitter_ms,
    pass_share,
    threshold,
    threshold_noise,
    latency,
    dead,
    noise,
    length,
    seed,
):  # pragma: no cover - compiled
    """Events of one recording, unsorted, as (x, y, polarity, time in µs); times in ms, thresholds OFF, ON."""
    np.random.seed(seed)
    steps = path.shape[0]
    duration = min(length[0] + length[1] * np.random.normal(), (steps - 1) * STEP_MS)
    height, width = gain.shape
    # The fine grid moves as a whole, so each step has one offset into it and one set of interpolation
    # weights.
    column = np.empty(steps, np.int64)
    row = np.empty(steps, np.int64)
    weight = np.empty((4, steps), np.float32)
    limit = _MARGIN - 1.0
    shift_x, shift_y = jitter[0] * np.random.normal(), jitter[1] * np.random.normal()
    late = np.empty(_SACCADES)
    for saccade in range(_SACCADES):
        late[saccade] = jitter_ms * np.random.normal()
    for step in range(steps):
        # Each saccade comes early or late as a whole; in between, the delay passes from one to the next.
        saccade_time = min(max(step * STEP_MS / SACCADE_MS - 0.5, 0.0), _SACCADES - 1.001)
        saccade = int(saccade_time)
        delay = late[saccade] + (saccade_time - saccade) * (late[saccade + 1] - late[saccade])
        time = min(max(step - delay / STEP_MS, 0.0), steps - 1.001)
        before, share = int(time), time - int(time)
        # A pixel's centre lies in the middle of its _FINE samples.
        move_x = path[before, 0] + share * (path[before + 1, 0] - path[before, 0]) + shift_x
        move_y = path[before, 1] + share * (path[before + 1, 1] - path[before, 1]) + shift_y
        u = (_MARGIN - min(max(move_x, -limit), limit)) * _FINE + (_FINE - 1) / 2
        v = (_MARGIN - min(max(move_y, -limit), limit)) * _FINE + (_FINE - 1) / 2
        column[step], row[step] = int(np.floor(u)), int(np.floor(v))
        a, b = u - column[step], v - row[step]
        weight[0, step], weight[1, step] = (1 - a) * (1 - b), a * (1 - b)
        weight[2, step], weight[3, step] = (1 - a) * b, a * b
    flat, below = light.ravel(), light.shape[1]
    offset = row * below + column
    first_row, first_column, last_row, last_column = row.min(), column.min(), row.max() + 2, column.max() + 2

    capacity = 16384
    out_x = np.empty(capacity, np.uint8)
    out_y = np.empty(capacity, np.uint8)
    out_p = np.empty(capacity, np.uint8)
    out_t = np.empty(capacity, np.uint32)
    n = 0
    # A pixel that never sees anything of the digit fires only noise: find the darkest light in its reach.
    quiet = min(threshold[0], threshold[1]) * 0.05
    in_rows = np.empty((height, light.shape[1]), light.dtype)
    for y in range(height):
        in_rows[y] = light[y * _FINE + first_row]
        for r in range(y * _FINE + first_row + 1, y * _FINE + last_row):
            in_rows[y] = np.minimum(in_rows[y], light[r])
    seen = np.empty(steps, np.float32)
    for y in range(height):
        for x in range(width):
            if in_rows[y, x * _FINE + first_column : x * _FINE + last_column].min() < -quiet:
                corner = y * _FINE * light.shape[1] + x * _FINE
                for step in range(steps):
                    at = corner + offset[step]
                    seen[step] = (
                        weight[0, step] * flat[at]
                        + weight[1, step] * flat[at + 1]
                        + weight[2, step] * flat[at + below]
                        + weight[3, step] * flat[at + below + 1]
                    )
                for step in range(1, steps):
                    seen[step] = seen[step - 1] + pass_share * (seen[step] - seen[step - 1])
                on = gain[y, x] * threshold[1]
                off = gain[y, x] * threshold[0]
                next_on = on * np.exp(threshold_noise * np.random.normal())
                next_off = off * np.exp(threshold_noise * np.random.normal())
                # The camera was running before: the stored level lies anywhere between the thresholds.
                stored = seen[0] - next_on + (next_on + next_off) * np.random.random()
                now_ms = 0.0
                step = 0
                while True:
                    high, low = stored + next_on, stored - next_off
                    while step < steps - 1 and low < seen[step + 1] < high:
                        step += 1
                    if step == steps - 1:
                        break
                    now_ms = max(now_ms, step * STEP_MS)
                    end = seen[step + 1]
                    polarity, target = (1, high) if end >= high else (0, low)
                    start = _level(seen, now_ms)
                    left = (step + 1) * STEP_MS - now_ms
                    share = (target - start) / (end - start) if end != start else 0.0
                    event = now_ms + left * min(max(share, 0.0), 1.0) + np.random.exponential(latency)
                    if event >= duration:
                        break
                    if n == capacity:
                        capacity *= 2
                        out_x, out_y = _grown(out_x), _grown(out_y)
                        out_p, out_t = _grown(out_p), _grown(out_t)
                    out_x[n], out_y[n], out_p[n], out_t[n] = x, y, polarity, np.uint32(event * 1e3)
                    n += 1
                    now_ms = event + dead
                    if now_ms >= (steps - 1) * STEP_MS:
                        break
                    step = int(now_ms / STEP_MS)
                    stored = _level(seen, now_ms)
                    next_on = on * np.exp(threshold_noise * np.random.normal())
                    next_off = off * np.exp(threshold_noise * np.random.normal())

    for polarity in range(2):
        for _ in range(np.random.poisson(noise[polarity] * duration * height * width)):
            if n == capacity:
                capacity *= 2
                out_x, out_y = _grown(out_x), _grown(out_y)
                out_p, out_t = _grown(out_p), _grown(out_t)
            out_x[n], out_y[n] = np.random.randint(width), np.random.randint(height)
            out_p[n], out_t[n] = polarity, np.uint32(np.random.random() * duration * 1e3)
            n += 1
    return out_x[:n], out_y[:n], out_p[:n], out_t[:n]


@numba.njit(nogil=True, cache=True)
def _level(seen, time):  # pragma: no cover - compiled
    """Value of the filtered light at ``time``, between the steps by a straight line."""
    step = int(time / STEP_MS)
    share = time / STEP_MS - step
    return seen[step] + share * (seen[min(step + 1, seen.size - 1)] - seen[step])


@numba.njit(nogil=True, cache=True)
def _grown(array):  # pragma: no cover - compiled
    """The array with room for as many elements again."""
    larger = np.empty(2 * array.size, array.dtype)
    larger[: array.size] = array
    return larger
