"""The speech synthesiser's calibration on the TIMIT sample: measure, fit, compare, freeze.

Fitted are statistics only: durations, phone class bigrams, levels, long-term spectra and, through two numbers
that say how variable speech is, the accuracy of a plain frame classifier. No spiking network takes part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.frame_classifier import cross_validated_accuracy, frames_by_speaker
from calibration.spectra import band_centres, spectra
from calibration.speech_report import CONTEXT, compare, write_report
from snnlocality.data.speech.features import RATE, frame_count
from snnlocality.data.speech.phone_symbols import PHONES_61, SILENCES
from snnlocality.data.speech.phonotactics import CLASS_OF, PHONE_CLASSES, class_transitions, phone_counts
from snnlocality.data.speech.synthesiser import (
    EQUALISER_FREQUENCIES,
    Calibration,
    calibration_from_dict,
    draw_phones,
    make_speaker,
    synthesise,
)
from snnlocality.data.speech.timit import timit_sample
from snnlocality.data.speech.utterances import Utterance, UtteranceSet
from snnlocality.storage import write_json

PSEUDO_COUNT = 3.0  # tokens of its class that a phone's duration statistics are mixed with
LARGEST_GAIN = 30.0  # dB, either way: a phone below the background has no gain that the spectra could tell
LARGEST_SPREAD = 12.0  # dB
FIT_SEEDS = (101, 102)
SEARCH_SEED = 103

REPORT_SEEDS = (201, 202, 203, 204)

# Neither measured nor searched; the tract after the spread of adult formants.
CHOSEN_VARIABILITY = {"tract": 0.05, "slope": 0.5, "coarticulation": 0.03}
# What makes the spectra of one phone differ; the search scales all of it by one number.
SPECTRAL_VARIABILITY = {
    "speaker_formant": 0.06,
    "token_formant": 0.10,
    "reduction": 0.6,
    "noise_formant": 0.2,
    "source_balance": 3.0,
    "token_tilt": 0.08,
    "token_bandwidth": 0.3,
}
SPREADS = (0.8, 0.9, 1.0, 1.1, 1.2)
BOUNDARIES = (0.004, 0.008, 0.012)  # seconds by which label and sound differ, standard deviation


def calibrate_speech(
    timit_sample_root: str | Path, out_dir: str | Path, calibration_file: str | Path | None = None
) -> None:
    """Fit the synthesiser to the TIMIT sample and report how close it comes (about six minutes on one core).

    Writes ``speech.csv``, ``speech-search.csv``, ``speech.svg`` and ``speech.md`` to ``out_dir``, and the
    calibration to ``calibration_file`` (by default ``synthesiser.json`` in ``out_dir``). Copying that file
    beside ``snnlocality.data.speech.synthesiser`` freezes it. Raises UserError if the sample is not there.
    """
    real = in_memory(_with_speakers(timit_sample(timit_sample_root)), "timit-sample")
    calibration, search = fit_synthesiser(real)
    record = calibration_record(calibration, real)
    write_json(calibration_file or Path(out_dir) / "synthesiser.json", record)
    # What is reported on is what is frozen, with its rounding.
    report(real, calibration_from_dict(record), search, out_dir)


def report(real: UtteranceSet, calibration: Calibration, search: pd.DataFrame, out_dir: str | Path) -> None:
    """Compare fresh synthetic sets with the real one and write the report's files to ``out_dir``."""
    synthetic = [matched_set(real, calibration, seed) for seed in REPORT_SEEDS]
    best = search.loc[search["distance"].idxmin()]
    shape = {
        "speakers": len(set(real.speakers)),
        "utterances": len(real.names),
        "frames": sum(frame_count(len(real.utterance(index).audio)) for index in range(len(real.names))),
        "sets": len(synthetic),
        "spread": best["spread"],
        "boundary": best["boundary"],
        "variability": calibration.variability,
    }
    write_report(compare(real, synthetic), search, shape, out_dir)


def in_memory(utterances: Iterable[tuple[str, Utterance]], name: str) -> UtteranceSet:
    """An utterance set of (speaker, utterance) pairs held in memory."""
    pairs = list(utterances)
    return UtteranceSet(
        name=name,
        names=tuple(f"{speaker}-{index}" for index, (speaker, _) in enumerate(pairs)),
        speakers=tuple(speaker for speaker, _ in pairs),
        parts=("",) * len(pairs),
        utterance=lambda index: pairs[index][1],
        notice="",
    )


def matched_set(real: UtteranceSet, calibration: Calibration, seed: int) -> UtteranceSet:
    """Synthetic utterances by as many women and men, and as many of each, as in ``real``."""

    seconds = speech_seconds(real)

    def utterances() -> Iterable[tuple[str, Utterance]]:
        for number, name in enumerate(sorted(set(real.speakers))):
            generator = np.random.default_rng([seed, number])
            speaker = make_speaker(name, generator, calibration)
            for _ in range(real.speakers.count(name)):
                yield (
                    name,
                    synthesise(speaker, draw_phones(seconds, generator, calibration), generator, calibration),
                )

    return in_memory(utterances(), "synthetic")


def _with_speakers(source: UtteranceSet) -> Iterable[tuple[str, Utterance]]:
    return ((speaker, source.utterance(index)) for index, speaker in enumerate(source.speakers))


def speech_seconds(source: UtteranceSet) -> float:
    """Mean length of an utterance without the silences at its edges."""
    lengths = []
    for index in range(len(source.names)):
        segments = source.utterance(index).segments
        lengths.append((segments[-1].start - segments[0].end) / RATE)
    return float(np.mean(lengths))


def duration_statistics(source: UtteranceSet) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of ln(seconds) per phone, rare phones drawn towards their class."""
    logarithms: dict[str, list[float]] = {phone: [] for phone in PHONES_61}
    for index in range(len(source.names)):
        for segment in source.utterance(index).segments:
            logarithms[segment.phone].append(np.log((segment.end - segment.start) / RATE))
    statistics = {}
    for phone in PHONES_61:
        own = np.array(logarithms[phone])
        group = np.concatenate([logarithms[other] for other in PHONE_CLASSES[CLASS_OF[phone]]])
        total = len(own) + PSEUDO_COUNT
        mean = (own.sum() + PSEUDO_COUNT * group.mean()) / total
        variance = (((own - mean) ** 2).sum() + PSEUDO_COUNT * group.var()) / total
        statistics[phone] = (round(float(mean), 4), round(float(np.sqrt(variance)), 4))
    return statistics


def rate_spread(source: UtteranceSet, durations: Mapping[str, tuple[float, float]]) -> float:
    """Standard deviation between speakers of the mean of ln(duration / phone's mean), without silences."""
    logarithms: dict[str, list[float]] = {}
    for index, speaker in enumerate(source.speakers):
        logarithms.setdefault(speaker, []).extend(
            np.log((segment.end - segment.start) / RATE) - durations[segment.phone][0]
            for segment in source.utterance(index).segments
            if segment.phone not in SILENCES
        )
    return float(np.std([np.mean(values) for values in logarithms.values()]))


def starting_calibration(real: UtteranceSet) -> Calibration:
    """Everything that is measured or chosen, with flat gains and filters."""
    sequences = [[segment.phone for segment in real.utterance(i).segments] for i in range(len(real.names))]
    durations = duration_statistics(real)
    measured = spectra(real)
    return Calibration(
        log_duration=durations,
        transitions=class_transitions(sequences),
        counts=phone_counts(sequences),
        gain=dict.fromkeys(PHONES_61, (0.0, 3.0)),
        equaliser=(-10.0,) * len(EQUALISER_FREQUENCIES),
        background=(-75.0,) * len(EQUALISER_FREQUENCIES),
        variability={
            "rate": rate_spread(real, durations),
            "speaker_level": measured.speaker_level,
            "utterance_level": measured.utterance_level,
            "speaker_background": measured.speaker_background,
            "utterance_background": measured.utterance_background,
            **CHOSEN_VARIABILITY,
            **SPECTRAL_VARIABILITY,
            "boundary": BOUNDARIES[1],
        },
    )


def fit_levels(real: UtteranceSet, calibration: Calibration, rounds: int) -> Calibration:
    """Move gains, their spreads and both filters by what real and synthetic spectra differ, several times."""
    target = spectra(real)
    centres = band_centres()
    for _ in range(rounds):
        made = [spectra(matched_set(real, calibration, seed)) for seed in FIT_SEEDS]
        speech = target.speech - np.mean([one.speech for one in made], axis=0)
        silence = target.silence - np.mean([one.silence for one in made], axis=0)
        level = target.level - np.nanmean([one.level for one in made], axis=0)
        variance = target.spread**2 - np.nanmean([one.spread**2 for one in made], axis=0)
        calibration = replace(
            calibration,
            gain={
                phone: _moved_gain(*calibration.gain[phone], level[index], variance[index], phone)
                for index, phone in enumerate(PHONES_61)
            },
            equaliser=_moved(calibration.equaliser, np.interp(EQUALISER_FREQUENCIES, centres, speech)),
            background=_moved(calibration.background, np.interp(EQUALISER_FREQUENCIES, centres, silence)),
        )
    return calibration


def _moved(values: tuple[float, ...], difference: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in np.array(values) + 0.8 * difference)


def _moved_gain(mean: float, spread: float, level: float, variance: float, phone: str) -> tuple[float, float]:
    if phone in SILENCES:
        return mean, spread
    if np.isfinite(level):
        mean = float(np.clip(mean + 0.7 * level, -LARGEST_GAIN, LARGEST_GAIN))
    if np.isfinite(variance):
        spread = float(np.sqrt(np.clip(spread**2 + 0.7 * variance, 0.0, LARGEST_SPREAD**2)))
    return round(mean, 2), round(spread, 2)


def accuracies(source: UtteranceSet) -> tuple[float, float]:
    """Mean accuracy of the frame classifier without and with context, seven folds of speakers."""
    frames = frames_by_speaker(source)
    return tuple(float(cross_validated_accuracy(frames, context).mean()) for context in (0, CONTEXT))


def fit_synthesiser(real: UtteranceSet) -> tuple[Calibration, pd.DataFrame]:
    """Fit everything: the calibration, and the search over spread and boundary, a row per candidate."""
    start = fit_levels(real, starting_calibration(real), rounds=6)
    target = accuracies(real)
    candidates, rows = [], []
    for spread, boundary in product(SPREADS, BOUNDARIES):
        scaled = {name: round(spread * value, 4) for name, value in SPECTRAL_VARIABILITY.items()}
        candidate = replace(start, variability={**start.variability, **scaled, "boundary": boundary})
        candidate = fit_levels(real, candidate, rounds=2)
        reached = accuracies(matched_set(real, candidate, SEARCH_SEED))
        candidates.append(candidate)
        rows.append(
            {
                "spread": spread,
                "boundary": boundary,
                "single frames": reached[0],
                "with context": reached[1],
                "distance": float(np.hypot(reached[0] - target[0], reached[1] - target[1])),
            }
        )
    search = pd.DataFrame(rows)
    return candidates[int(search["distance"].argmin())], search


def calibration_record(calibration: Calibration, real: UtteranceSet) -> dict:
    """The JSON object that is frozen beside the synthesiser."""
    return {
        "provenance": "Aggregate statistics of and fits to "
        f"{len(set(real.speakers))} speakers and {len(real.names)} utterances of the NLTK sample of TIMIT by "
        "calibration/speech.py; see docs/calibration/speech.md.",
        "log_duration": calibration.log_duration,
        "transitions": calibration.transitions,
        "counts": calibration.counts,
        "gain": calibration.gain,
        "equaliser": calibration.equaliser,
        "background": calibration.background,
        "variability": {name: round(value, 4) for name, value in calibration.variability.items()},
    }
