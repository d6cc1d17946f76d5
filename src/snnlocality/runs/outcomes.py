"""Which decisions on the test part were right: a bit for each, so that intervals can be over recordings too."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from snnlocality.errors import UserError
from snnlocality.tensors import read_tensors, write_tensors

_EACH = "decisions of each recording"


def write_outcomes(path: Path, right: Mapping[str, np.ndarray], of_each: np.ndarray) -> None:
    """Write decisions, (decisions,) booleans by the circumstances' names; ``of_each``: how many a recording has."""
    bits = {name: np.packbits(one) for name, one in right.items()}
    write_tensors(path, {_EACH: of_each.astype(np.uint16), **bits})


def read_outcomes(path: Path) -> dict[str, np.ndarray]:
    """By circumstances a number per recording whose mean is the accuracy: of a recording with one decision 0 or 1.

    A recording with more decisions than others counts for more. Raises UserError if the file is absent or damaged.
    """
    arrays, _ = read_tensors(path)
    if _EACH not in arrays:
        raise UserError(f"{path} does not say what was decided; remove it and run the workflow again.")
    of_each = arrays[_EACH].astype(np.int64)
    decisions = int(of_each.sum())
    ends = np.concatenate([[0], np.cumsum(of_each)])
    share = len(of_each) / decisions
    return {
        name: share
        * np.diff(np.concatenate([[0], np.cumsum(np.unpackbits(bits, count=decisions), dtype=np.int64)])[ends])
        for name, bits in arrays.items()
        if name != _EACH
    }
