"""Frame-wise features and labels of an utterance.

Frame ``i`` covers the samples ``[160 i, 160 i + 400)`` (25 ms every 10 ms at 16 kHz) and carries the phone at
its centre, sample ``160 i + 200``. Nothing is padded, so features and labels cannot drift apart.
"""

from functools import lru_cache

import numpy as np
import torch
import torchaudio

from snnlocality.data.speech.phone_symbols import class_indices
from snnlocality.data.speech.utterances import Utterance
from snnlocality.errors import UserError

RATE = 16_000  # samples per second
WINDOW = 400  # samples: 25 ms
HOP = 160  # samples: 10 ms
COEFFICIENTS = 13  # cepstral coefficients, the zeroth included
MEL_BANDS = 26
LOWEST_FREQUENCY = 20.0  # Hz: below lie only offset and hum
DELTA_WINDOW = 5  # frames: regression over two to each side


def frame_count(samples: int) -> int:
    """Number of whole frames in so many samples."""
    return max(0, 1 + (samples - WINDOW) // HOP)


def features(utterance: Utterance) -> np.ndarray:
    """Mel-frequency cepstra with their first and second differences.

    Returns (n_frames, 39) float32: 13 coefficients of the log mel power spectrum (Hann window, natural
    logarithm, orthonormal cosine transform), then their deltas, then the deltas of those. Not normalised.

    Raises UserError if the audio is not at 16 kHz or shorter than one window.
    """
    if utterance.rate != RATE:
        raise UserError(f"Features need {RATE} samples per second, not {utterance.rate}; resample the audio first.")
    if len(utterance.audio) < WINDOW:
        raise UserError(
            f"An utterance of {len(utterance.audio)} samples is shorter than one window ({WINDOW}); omit it."
        )
    # In 16-bit units the constant 1e-6 that guards the logarithm lies far below the quietest recording.
    audio = torch.as_tensor(utterance.audio * np.float32(32768.0))
    with torch.no_grad():
        cepstra = _cepstral_transform()(audio)
        deltas = torchaudio.functional.compute_deltas(cepstra, DELTA_WINDOW)
        accelerations = torchaudio.functional.compute_deltas(deltas, DELTA_WINDOW)
        return torch.cat([cepstra, deltas, accelerations]).T.contiguous().numpy()


def frame_labels(utterance: Utterance, n_frames: int, classes: int = 61) -> np.ndarray:
    """Class index of the phone at the centre of each frame: (n_frames,) uint8.

    Raises UserError if there are more frames than labelled audio, or for other classes than 61 or 39.
    """
    index = class_indices(classes)
    centres = HOP * np.arange(n_frames) + WINDOW // 2
    ends = np.array([segment.end for segment in utterance.segments])
    if n_frames and centres[-1] >= ends[-1]:
        raise UserError(
            f"{n_frames} frames reach past the labelled {ends[-1]} samples; give no more than the audio has."
        )
    phones = np.array([index[segment.phone] for segment in utterance.segments], dtype=np.uint8)
    return phones[np.searchsorted(ends, centres, side="right")]


def mel_spectrogram() -> torchaudio.transforms.MelSpectrogram:
    """The mel power spectrogram, (n,) audio to (26, n_frames), that the cepstra are made from."""
    return _cepstral_transform().MelSpectrogram


@lru_cache(maxsize=1)
def _cepstral_transform() -> torchaudio.transforms.MFCC:
    return torchaudio.transforms.MFCC(
        sample_rate=RATE,
        n_mfcc=COEFFICIENTS,
        log_mels=True,
        melkwargs={
            "n_fft": WINDOW,
            "hop_length": HOP,
            "n_mels": MEL_BANDS,
            "f_min": LOWEST_FREQUENCY,
            "center": False,
        },
    )
