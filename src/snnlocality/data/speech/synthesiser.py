"""A formant synthesiser for speech-like utterances with exact phone labels.

Source and filter: a glottal flow derivative and aspiration noise through a cascade of seven resonators and a
nasal pole-zero pair, frication noise through a resonator of its own. Formant targets (``articulation``) are
blended by dominance functions, so that neighbouring phones colour each other. What is fitted to real speech
stands in ``synthesiser.json``, with its origin; ``calibration/speech.py`` makes that file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import numba
import numpy as np
from scipy.signal import fftconvolve, firwin2

from snnlocality.data.speech.articulation import ARTICULATIONS, NEUTRAL_FORMANTS, Articulation
from snnlocality.data.speech.phone_symbols import SILENCES
from snnlocality.data.speech.phonotactics import Grammar
from snnlocality.data.speech.utterances import Segment, Utterance

RATE = 16_000  # samples per second
STEP = 40  # samples between control values: 2.5 ms
RESONATORS = 7
UPPER_FORMANTS = (3500.0, 4500.0, 5500.0, 6500.0)  # Hz, F4 to F7 of an adult man
BANDWIDTHS = (70.0, 90.0, 130.0, 200.0, 300.0, 400.0, 500.0)  # Hz, F1 to F7
NASAL_POLE, NASAL_ZERO = 270.0, 500.0  # Hz
EQUALISER_FREQUENCIES = (
    0,
    125,
    250,
    500,
    750,
    1000,
    1500,
    2000,
    2500,
    3000,
    3500,
    4000,
    5000,
    6000,
    7000,
    8000,
)
EQUALISER_TAPS = 255
BURST_DECAY = 0.008  # seconds

VARIABILITY = {
    "rate": "ln, speaking rate between speakers",
    "speaker_level": "dB, level between speakers",
    "utterance_level": "dB, level between utterances of a speaker",
    "speaker_background": "dB, background noise between speakers",
    "utterance_background": "dB, background noise between utterances of a speaker",
    "tract": "ln, formant scale between speakers of one sex",
    "slope": "dB per kHz, spectral slope between speakers",
    "coarticulation": "s, time in which a phone's dominance over its neighbours' formants falls to 1/e",
    "speaker_formant": "ln, formant targets own to speaker, phone and formant",
    "token_formant": "ln, formant targets own to token and formant",
    "reduction": "largest share by which a token's targets move towards the neutral tube",
    "noise_formant": "ln, centre and width of a token's frication",
    "source_balance": "dB, each of voice, breath and frication of a token",
    "token_tilt": "pole of the low-pass of a token's voice",
    "token_bandwidth": "ln, formant bandwidths of a token",
    "boundary": "s, between label and sound at phone boundaries",
}
"""What the numbers of ``Calibration.variability`` are; standard deviations where nothing else is said."""


@dataclass(frozen=True)
class Calibration:
    """What is fitted to real speech. See ``docs/calibration/speech.md`` for how."""

    log_duration: Mapping[str, tuple[float, float]]  # mean and standard deviation of ln(seconds), per phone
    transitions: Mapping[str, Mapping[str, int]]  # phone class bigrams
    counts: Mapping[str, int]  # phone frequencies
    gain: Mapping[str, tuple[float, float]]  # dB, mean and standard deviation between tokens, per phone
    equaliser: tuple[float, ...]  # dB at EQUALISER_FREQUENCIES, of the recording chain
    background: tuple[float, ...]  # dB at EQUALISER_FREQUENCIES, of room noise relative to full level
    variability: Mapping[str, float]  # by the names of VARIABILITY


@dataclass(frozen=True)
class Speaker:
    """A voice; ``targets`` holds its own deviation of F1 to F3 (natural logarithm) for every phone."""

    name: str
    pitch: float  # Hz
    tract_scale: float  # formants relative to an adult man's
    rate: float  # durations are divided by it
    tilt: float  # pole of the low-pass that softens the glottal source
    breath: float  # aspiration in voiced phones, relative
    slope: float  # dB per kHz of the recording chain
    level: float  # dB
    noise: float  # dB, background relative to the mean speaker's
    targets: Mapping[str, np.ndarray]


def frozen_calibration() -> Calibration:
    """The calibration committed beside this module."""
    return _read_calibration(files(__package__).joinpath("synthesiser.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _read_calibration(text: str) -> Calibration:
    return calibration_from_dict(json.loads(text))


def calibration_from_dict(values: Mapping) -> Calibration:
    """A Calibration from the JSON object that holds its fields (others, such as provenance, are ignored)."""
    return Calibration(
        log_duration={phone: tuple(pair) for phone, pair in values["log_duration"].items()},
        transitions=values["transitions"],
        counts=values["counts"],
        gain={phone: tuple(pair) for phone, pair in values["gain"].items()},
        equaliser=tuple(values["equaliser"]),
        background=tuple(values["background"]),
        variability=values["variability"],
    )


def make_speaker(name: str, generator: np.random.Generator, calibration: Calibration) -> Speaker:
    """Draw a voice; the first letter of the name, f or m, decides between a woman's and a man's."""
    vary = calibration.variability
    woman = name.startswith("f")
    normal = generator.standard_normal
    return Speaker(
        name=name,
        pitch=float((205.0 if woman else 115.0) * np.exp(0.14 * normal())),
        tract_scale=float((1.16 if woman else 1.0) * np.exp(vary["tract"] * normal())),
        rate=float(np.exp(vary["rate"] * normal())),
        tilt=float(np.clip((0.75 if woman else 0.6) + 0.1 * normal(), 0.2, 0.95)),
        breath=float((0.06 if woman else 0.03) * np.exp(0.5 * normal())),
        slope=float(vary["slope"] * normal()),
        level=float(vary["speaker_level"] * normal()),
        noise=float(vary["speaker_background"] * normal()),
        targets={phone: vary["speaker_formant"] * normal(3) for phone in ARTICULATIONS},
    )


def synthesise(
    speaker: Speaker, phones: list[str], generator: np.random.Generator, calibration: Calibration
) -> Utterance:
    """Speak a phone sequence; audio at 16 kHz, quantised to 16 bits as a file would hold it."""
    vary = calibration.variability
    segments = _draw_segments(speaker, phones, generator, calibration)
    samples = segments[-1].end
    spoken = _move_boundaries(segments, vary["boundary"], generator)
    tracks = _control_tracks(speaker, spoken, samples, generator, calibration)
    noise = generator.standard_normal((2, samples), dtype=np.float32)
    voice = _render(samples, *tracks, noise, generator.standard_normal(4096))
    level = _amplitude(speaker.level + vary["utterance_level"] * generator.standard_normal())
    room = _amplitude(speaker.noise + vary["utterance_background"] * generator.standard_normal())
    audio = level * fftconvolve(voice, _equaliser(calibration.equaliser, speaker.slope), mode="same")
    audio += room * fftconvolve(
        generator.standard_normal(samples, dtype=np.float32),
        _equaliser(calibration.background, 0.0),
        mode="same",
    )
    quantised = np.clip(np.rint(audio * 32768.0), -32768, 32767)
    return Utterance((quantised / 32768.0).astype(np.float32), RATE, tuple(segments))


def phones_per_second(calibration: Calibration) -> float:
    """Mean number of phones in a second of speech, silences at the edges left out."""
    weights = {phone: count for phone, count in calibration.counts.items() if phone != "h#"}
    seconds = sum(
        count * np.exp(mean + spread**2 / 2)
        for phone, count in weights.items()
        for mean, spread in (calibration.log_duration[phone],)
    )
    return sum(weights.values()) / seconds


def draw_phones(seconds: float, generator: np.random.Generator, calibration: Calibration) -> list[str]:
    """Draw a phone sequence that lasts about so many seconds, without the silences at its edges."""
    spread = np.exp(0.25 * generator.standard_normal())
    length = max(3, round(seconds * spread * phones_per_second(calibration)))
    return Grammar(calibration.transitions, calibration.counts).sequence(length, generator)


def _draw_segments(
    speaker: Speaker, phones: list[str], generator: np.random.Generator, calibration: Calibration
) -> list[Segment]:
    segments = []
    start = 0
    for phone in phones:
        mean, spread = calibration.log_duration[phone]
        # Two standard deviations bound the tails of the logarithmic normal distribution.
        deviation = np.clip(generator.standard_normal(), -2.0, 2.0)
        seconds = np.exp(mean + spread * deviation) / (1.0 if phone in SILENCES else speaker.rate)
        end = start + max(2 * STEP, round(seconds * RATE))
        segments.append(Segment(start, end, phone))
        start = end
    return segments


def _move_boundaries(segments: list[Segment], spread: float, generator: np.random.Generator) -> list[Segment]:
    """Shift inner boundaries at random (seconds), as between what is heard and where a transcriber cut."""
    ends = [segment.end for segment in segments]
    moved = []
    start = 0
    for index, segment in enumerate(segments):
        end = segment.end
        if index + 1 < len(segments):
            shift = round(spread * RATE * generator.standard_normal())
            room = min(end - segment.start, ends[index + 1] - end) // 3
            end = min(max(end + shift, end - room), end + room)
        moved.append(Segment(start, end, segment.phone))
        start = end
    return moved


def _control_tracks(
    speaker: Speaker,
    segments: list[Segment],
    samples: int,
    generator: np.random.Generator,
    calibration: Calibration,
) -> tuple[np.ndarray, ...]:
    """Per STEP samples: pitch, amplitudes (voice, breath, noise), formants, noise shape, voice shape.

    The voice's shape is nasality, the pole of the source's low-pass and the bandwidths' factor.
    """
    vary = calibration.variability
    steps = samples // STEP + 2
    time = np.arange(steps) * STEP / RATE
    anchors = []
    amplitudes = np.zeros((3, steps))
    noise_shape = np.empty((2, steps))
    voice_shape = np.zeros((3, steps))
    for segment in segments:
        articulation = ARTICULATIONS[segment.phone]
        begin, end = segment.start / RATE, segment.end / RATE
        deviation = speaker.targets[segment.phone] + vary["token_formant"] * generator.standard_normal(3)
        reduction = vary["reduction"] * generator.random()
        anchors += _anchors(articulation, begin, end, deviation, reduction)
        span = slice(-(-segment.start // STEP), -(-segment.end // STEP))
        mean, spread = calibration.gain[segment.phone]
        gain = _amplitude(mean + spread * generator.standard_normal())
        balance = _amplitude(vary["source_balance"] * generator.standard_normal(3))
        amplitudes[:, span] = gain * balance[:, None] * _source_amplitudes(articulation, time[span] - begin, speaker)
        shift = np.exp(vary["noise_formant"] * generator.standard_normal(2))
        noise_shape[:, span] = (np.array(articulation.noise) * shift)[:, None]
        voice_shape[0, span] = articulation.nasal
        voice_shape[1, span] = np.clip(speaker.tilt + vary["token_tilt"] * generator.standard_normal(), 0.0, 0.95)
        voice_shape[2, span] = np.exp(vary["token_bandwidth"] * generator.standard_normal())
    for tracks in (noise_shape, voice_shape):
        tracks[:, span.stop :] = tracks[:, span.stop - 1 : span.stop]
    noise_shape[0] = np.minimum(noise_shape[0] * np.sqrt(speaker.tract_scale), 7200.0)
    width = max(1, round(0.010 * RATE / STEP))
    return (
        _pitch(speaker, time, generator),
        _smooth(amplitudes, width),
        _formants(speaker, anchors, time, vary["coarticulation"]),
        noise_shape,
        _smooth(voice_shape, 2 * width),
    )


def _anchors(
    articulation: Articulation, begin: float, end: float, deviation: np.ndarray, reduction: float
) -> list[tuple[float, float, float, np.ndarray]]:
    """Stretches in which a phone holds its target: (begin, end, dominance, ln F1 to F3)."""
    neutral = np.log(NEUTRAL_FORMANTS)
    length = end - begin
    if articulation.glide is None:
        places = [(0.25, 0.75, articulation.formants)]
    else:
        places = [(0.15, 0.4, articulation.formants), (0.75, 0.95, articulation.glide)]
    return [
        (
            begin + first * length,
            begin + last * length,
            articulation.dominance,
            (1 - reduction) * np.log(formants) + reduction * neutral + deviation,
        )
        for first, last, formants in places
    ]


def _formants(
    speaker: Speaker, anchors: list[tuple[float, float, float, np.ndarray]], time: np.ndarray, reach: float
) -> np.ndarray:
    """F1 to F7 in Hz, (7, steps): targets weighted by dominance that decays over ``reach`` seconds."""
    begin, end, dominance = (np.array([anchor[field] for anchor in anchors]) for field in range(3))
    targets = np.array([anchor[3] for anchor in anchors])
    distance = np.maximum(np.maximum(begin[None] - time[:, None], time[:, None] - end[None]), 0.0)
    weights = dominance * np.exp(-distance / reach)
    lower = np.exp(weights @ targets / weights.sum(axis=1, keepdims=True)).T
    upper = np.repeat(np.array(UPPER_FORMANTS)[:, None], len(time), axis=1)
    return np.minimum(np.concatenate([lower, upper]) * speaker.tract_scale, 7600.0)


def _source_amplitudes(articulation: Articulation, time: np.ndarray, speaker: Speaker) -> np.ndarray:
    """Amplitudes of voice, aspiration and frication over the seconds since the phone began, (3, n)."""
    levels = np.empty((3, len(time)))
    levels[0] = articulation.voicing
    levels[1] = articulation.aspiration + speaker.breath * articulation.voicing
    levels[2] = articulation.frication
    if articulation.burst:
        decay = np.exp(-time / BURST_DECAY)
        levels[1] *= 1 - decay
        levels[2] *= 0.08 + 0.92 * decay
    return levels


def _pitch(speaker: Speaker, time: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Pitch in Hz: a declining line with slow random accents."""
    knots = np.arange(0.0, time[-1] + 0.5, 0.25)
    accents = np.interp(time, knots, 0.10 * generator.standard_normal(len(knots)))
    return speaker.pitch * np.exp(0.10 - 0.25 * time / time[-1] + accents)


def _smooth(tracks: np.ndarray, width: int) -> np.ndarray:
    """Moving average over ``2 width + 1`` control values along the last axis, edges repeated."""
    padded = np.pad(tracks, ((0, 0), (width + 1, width)), mode="edge")
    sums = np.cumsum(padded, axis=1)
    return (sums[:, 2 * width + 1 :] - sums[:, : -2 * width - 1]) / (2 * width + 1)


def _equaliser(gains: tuple[float, ...], slope: float) -> np.ndarray:
    """Linear-phase filter of the recording chain: the fitted gains and the speaker's own slope."""
    frequencies = np.array(EQUALISER_FREQUENCIES, dtype=float)
    decibels = np.array(gains) + slope * (frequencies / 1000.0 - 2.0)
    return firwin2(EQUALISER_TAPS, frequencies, 10 ** (decibels / 20), fs=RATE)


Level = TypeVar("Level", float, np.ndarray)


def _amplitude(decibels: Level) -> Level:
    return 10 ** (decibels / 20)


@numba.njit(cache=True)
def _resonator(frequency: float, bandwidth: float) -> tuple[float, float, float]:
    """Coefficients a, b, c of y[n] = a x[n] + b y[n-1] + c y[n-2] with unit gain at zero frequency."""
    radius = np.exp(-np.pi * bandwidth / RATE)
    c = -radius * radius
    b = 2.0 * radius * np.cos(2.0 * np.pi * frequency / RATE)
    return 1.0 - b - c, b, c


@numba.njit(cache=True)
def _render(
    samples: int,
    pitch: np.ndarray,
    amplitudes: np.ndarray,
    formants: np.ndarray,
    noise_shape: np.ndarray,
    voice_shape: np.ndarray,
    noise: np.ndarray,
    jitter: np.ndarray,
) -> np.ndarray:
    """Run the source and the filters sample by sample; control values are interpolated within each step."""
    output = np.zeros(samples)
    a, b, c = np.zeros(RESONATORS), np.zeros(RESONATORS), np.zeros(RESONATORS)
    first, second = np.zeros(RESONATORS), np.zeros(RESONATORS)
    pole_first = pole_second = zero_first = zero_second = 0.0
    noise_first = noise_second = noise_before = softened = 0.0
    phase = 0.0
    period = 0
    strength = 1.0
    speed = 1.0
    open_quotient = 0.6
    pole_a, pole_b, pole_c = _resonator(NASAL_POLE, 100.0)
    for step in range((samples + STEP - 1) // STEP):
        for index in range(RESONATORS):
            a[index], b[index], c[index] = _resonator(formants[index, step], BANDWIDTHS[index] * voice_shape[2, step])
        tilt = voice_shape[1, step]
        zero = NASAL_POLE + voice_shape[0, step] * (NASAL_ZERO - NASAL_POLE)
        zero_a, zero_b, zero_c = _resonator(zero, 100.0)
        centre, width = noise_shape[0, step], noise_shape[1, step]
        _, noise_b, noise_c = _resonator(centre, width)
        # Unit gain at the centre, so that wide and narrow noises are equally strong there.
        noise_a = (1.0 + noise_c) * np.sqrt(1.0 - noise_b * noise_b / (-4.0 * noise_c + 1e-9)) + 1e-3
        for offset in range(min(STEP, samples - step * STEP)):
            sample = step * STEP + offset
            part = offset / STEP
            voicing = amplitudes[0, step] + part * (amplitudes[0, step + 1] - amplitudes[0, step])
            breath = amplitudes[1, step] + part * (amplitudes[1, step + 1] - amplitudes[1, step])
            frication = amplitudes[2, step] + part * (amplitudes[2, step + 1] - amplitudes[2, step])
            phase += pitch[step] * speed / RATE
            if phase >= 1.0:
                phase -= 1.0
                period += 1
                speed = 1.0 + 0.01 * jitter[period % 4096]
                strength = 1.0 + 0.05 * jitter[(7 * period + 1) % 4096]
            # Derivative of the glottal flow (Klatt and Klatt 1990): a cubic pulse, then closed.
            pulse = 0.0
            if phase < open_quotient:
                position = phase / open_quotient
                pulse = strength * (2.0 * position - 3.0 * position * position)
            softened = (1.0 - tilt) * pulse + tilt * softened
            value = voicing * softened + breath * 0.3 * noise[0, sample]
            for index in range(RESONATORS):
                value = a[index] * value + b[index] * first[index] + c[index] * second[index]
                second[index] = first[index]
                first[index] = value
            poled = pole_a * value + pole_b * pole_first + pole_c * pole_second
            pole_second = pole_first
            pole_first = poled
            throat = (poled - zero_b * zero_first - zero_c * zero_second) / zero_a
            zero_second = zero_first
            zero_first = poled
            # The frication keeps its own excitation independent of the breath.
            hiss = noise_a * noise[1, sample] + noise_b * noise_first + noise_c * noise_second
            noise_second = noise_first
            noise_first = hiss
            output[sample] = 0.1 * throat + 0.03 * frication * (hiss - 0.9 * noise_before)
            noise_before = hiss
    return output
