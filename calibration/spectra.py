"""Levels and mel spectra of speech, by phone, speaker and utterance."""

from dataclasses import dataclass

import numpy as np
import torch

from snnlocality.data.speech.features import MEL_BANDS, RATE, WINDOW, frame_labels, mel_spectrogram
from snnlocality.data.speech.phone_symbols import PHONES_61
from snnlocality.data.speech.phonotactics import CLASS_OF
from snnlocality.data.speech.utterances import Utterance, UtteranceSet


@dataclass(frozen=True)
class Spectra:
    """What is compared of the spectra of a set; all in dB in 16-bit units."""

    mean: np.ndarray  # (61, 26) mean log mel power per phone; nan for phones that do not occur
    level: np.ndarray  # (61,) mean level of a phone's tokens relative to the speaker's mean level
    spread: np.ndarray  # (61,) standard deviation of the same
    speech: np.ndarray  # (26,) mean over frames of vowels, approximants, nasals and voiceless fricatives
    silence: np.ndarray  # (26,) median over frames of h#
    speaker_level: float  # standard deviation of the level between speakers
    utterance_level: float  # the same between utterances of one speaker
    speaker_background: float  # the same of h# between speakers
    utterance_background: float  # the same of h# between utterances of one speaker


def spectra(source: UtteranceSet) -> Spectra:
    """Measure ``Spectra`` of a set."""
    decibels, labels, tokens, levels = [], [], [], {}
    for index, speaker in enumerate(source.speakers):
        utterance = source.utterance(index)
        frames = log_mel(utterance)
        phones = frame_labels(utterance, len(frames))
        level = 10 * np.log10((10 ** (frames / 10)).sum(axis=1))
        decibels.append(frames)
        labels.append(phones)
        edge = phones == PHONES_61.index("h#")
        levels.setdefault(speaker, []).append((level[~edge].mean(), np.median(level[edge])))
        cuts = np.flatnonzero(np.diff(phones)) + 1
        for stretch, phone in zip(np.split(level, cuts), phones[np.concatenate([[0], cuts])], strict=True):
            tokens.append((speaker, phone, stretch.mean()))
    every, phone_of = np.concatenate(decibels), np.concatenate(labels)
    own = {speaker: np.mean(values, axis=0)[0] for speaker, values in levels.items()}
    deviations = [[value - own[speaker] for speaker, phone, value in tokens if phone == p] for p in range(61)]
    by_speaker = [np.array(values) for values in levels.values()]
    between = np.std([values.mean(axis=0) for values in by_speaker], axis=0)
    within = np.mean([values.std(axis=0) for values in by_speaker], axis=0)
    loud = np.isin(phone_of, [PHONES_61.index(phone) for phone in PHONES_61 if _is_loud(phone)])
    absent = np.full(MEL_BANDS, np.nan)
    mean = [every[phone_of == p].mean(axis=0) if (phone_of == p).any() else absent for p in range(61)]
    return Spectra(
        mean=np.array(mean),
        level=np.array([np.mean(values) if values else np.nan for values in deviations]),
        spread=np.array([np.std(values) if len(values) > 1 else np.nan for values in deviations]),
        speech=every[loud].mean(axis=0),
        silence=np.median(every[phone_of == PHONES_61.index("h#")], axis=0),
        speaker_level=float(between[0]),
        utterance_level=float(within[0]),
        speaker_background=float(between[1]),
        utterance_background=float(within[1]),
    )


def log_mel(utterance: Utterance) -> np.ndarray:
    """Mel power of each frame in dB, (n_frames, 26), frames and bands as in the features."""
    audio = torch.from_numpy(utterance.audio * np.float32(32768.0))
    power = mel_spectrogram()(audio)
    return (10 * torch.log10(power + 1e-6)).T.numpy().astype(np.float64)


def band_centres() -> np.ndarray:
    """Frequency in Hz at which each mel filter is largest, (26,)."""
    return mel_spectrogram().mel_scale.fb.numpy().argmax(axis=0) * RATE / WINDOW


def _is_loud(phone: str) -> bool:
    return CLASS_OF[phone] in ("full vowel", "reduced vowel", "approximant", "nasal", "voiceless fricative")
