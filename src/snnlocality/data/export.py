"""Write simulated data as trees of the real sets, so that their sources and whole studies can be tried without them.

Each tree is described in Croissant (``exchange.croissant``).
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from snnlocality.data.source import of_kind, opened
from snnlocality.data.speech.phones import full_size, write_phones_tree
from snnlocality.data.splits import Part, vision_folds
from snnlocality.data.vision.nmnist import export_tree
from snnlocality.errors import UserError
from snnlocality.exchange import croissant

# Like N-MNIST's own division, for sources that have none.
_TEST_SHARE = 1 / 7


def export_nmnist(root: str | Path, source: str, count: int | None) -> Path:
    """Write a vision source as ``root``/n-mnist, a tree of .bin files; return the folder.

    ``count`` limits the number of recordings, chosen evenly; None takes all. Raises UserError for an unknown
    source or one whose files are missing.
    """
    if source not in (known := of_kind("recordings")):
        raise UserError(f"'{source}' is no source of recordings; choose one of {', '.join(known)}.")
    folder = Path(root) / "n-mnist"
    with opened(source) as recordings:
        if not recordings.official_test.any():
            (parts,) = vision_folds(recordings.labels, recordings.official_test, 1, _TEST_SHARE, _TEST_SHARE)
            recordings = replace(recordings, official_test=parts == Part.TEST)
        total = len(recordings.labels)
        indices = np.unique(np.linspace(0, total - 1, min(count or total, total)).astype(np.int64))
        export_tree(recordings, folder, indices)
    croissant.describe(folder, croissant.NMNIST)
    return folder


def export_timit(root: str | Path, scale: float) -> Path:
    """Write synthetic speech as ``root``/timit in the LDC's layout with the standard split; return the folder.

    ``scale`` is the share of TIMIT's numbers of speakers. Raises UserError unless it is above 0 and at most 1.
    """
    folder = Path(root) / "timit"
    write_phones_tree(folder, full_size(scale))
    croissant.describe(folder, croissant.TIMIT)
    return folder
