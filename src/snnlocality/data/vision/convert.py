"""From a source of recordings to the arrays of a prepared data set."""

from collections.abc import Callable

import numpy as np

from snnlocality.data.splits import Part, thinned, vision_folds
from snnlocality.data.vision.binning import pack
from snnlocality.data.vision.recordings import RecordingSet
from snnlocality.parameters.model import Recordings


def convert(
    source: RecordingSet, settings: Recordings, scale: float, progress: Callable[[int, int], None]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Packed events, labels and folds, with the metadata that ``data.batches.load`` reads.

    Recordings that no fold uses are not read.
    """
    labels = source.labels
    folds = [
        thinned(parts, labels, scale) for parts in vision_folds(labels, source.official_test, **dict(settings.split))
    ]
    used = np.flatnonzero(np.any([parts != Part.UNUSED for parts in folds], axis=0))

    def recordings():
        for done, index in enumerate(used):
            progress(done, len(used))
            yield source.recording(int(index))

    units, offsets = pack(recordings(), settings.steps, settings.duration_ms, settings.counts, source.sensor)
    arrays = {"units": units, "offsets": offsets, "labels": labels[used]}
    arrays |= {f"fold{number}": parts[used] for number, parts in enumerate(folds)}
    metadata = {
        "kind": "events",
        "steps": str(settings.steps),
        "duration_ms": str(settings.duration_ms),
        "inputs": str(source.units),
        "classes": str(source.classes),
    }
    return arrays, metadata
