"""From a source of utterances to the arrays of a prepared data set."""

from collections.abc import Callable

import numpy as np

from snnlocality.data.speech.features import features, frame_labels
from snnlocality.data.speech.utterances import UtteranceSet
from snnlocality.data.splits import Part, speech_folds, thinned
from snnlocality.parameters.model import Utterances


def convert(
    source: UtteranceSet, settings: Utterances, scale: float, progress: Callable[[int, int], None]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Feature frames, labels, utterance offsets and folds, with the metadata that ``data.batches.load`` reads.

    Features are stored as they are; normalisation belongs to the training part of a fold and happens on loading.
    """
    all_alike = np.zeros(len(source.names), np.uint8)
    folds = [
        thinned(parts, all_alike, scale)
        for parts in speech_folds(source.speakers, source.parts, **dict(settings.split))
    ]
    used = np.flatnonzero(np.any([parts != Part.UNUSED for parts in folds], axis=0))
    frames, labels = [], []
    for done, index in enumerate(used):
        progress(done, len(used))
        utterance = source.utterance(int(index))
        frames.append(features(utterance))
        labels.append(frame_labels(utterance, len(frames[-1]), settings.classes))
    arrays: dict[str, np.ndarray] = {
        "features": np.concatenate(frames).astype(np.float32),
        "labels": np.concatenate(labels).astype(np.uint8),
        "offsets": np.concatenate([[0], np.cumsum([len(piece) for piece in frames])]).astype(np.int64),
    }
    arrays |= {f"fold{number}": parts[used] for number, parts in enumerate(folds)}
    metadata = {
        "kind": "frames",
        "steps_per_frame": str(settings.steps_per_frame),
        "classes": str(settings.classes),
    }
    return arrays, metadata
