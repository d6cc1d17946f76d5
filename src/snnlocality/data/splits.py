"""Division of samples into training, validation and test parts, the same on every machine."""

from enum import IntEnum

import numpy as np

from snnlocality.errors import UserError
from snnlocality.seeds import generator

# The division is part of the data, not of a run: one fixed stream for all seeds.
_SPLIT_SEED = 0


class Part(IntEnum):
    """The part of the data a sample belongs to in one fold, as stored in the arrays ``fold0``, ``fold1``, ..."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2
    UNUSED = 3


def vision_folds(
    labels: np.ndarray, official_test: np.ndarray, folds: int, test_share: float, validation_share: float
) -> list[np.ndarray]:
    """Per fold the ``Part`` of every recording, (n,) uint8, stratified by class.

    With one fold the source's official test part is the test part, or else a share of the samples. With more,
    the test part goes round the samples outside the official test part, which stays unused. The validation
    part is a share of what is left for training. Raises UserError if a part comes out empty.
    """
    random = generator(_SPLIT_SEED, "vision split")
    if folds == 1 and official_test.any():
        tests = [np.flatnonzero(official_test)]
    else:
        dealt = _deal(labels, np.flatnonzero(~official_test), random)
        pieces = max(folds, round(1 / test_share)) if folds == 1 else folds
        tests = [np.sort(dealt[fold::pieces]) for fold in range(folds)]
    result = []
    for test in tests:
        parts = np.full(len(labels), Part.UNUSED, np.uint8)
        parts[~official_test] = Part.TRAIN
        parts[test] = Part.TEST
        training = _deal(labels, np.flatnonzero(parts == Part.TRAIN), random)
        parts[training[:: round(1 / validation_share)]] = Part.VALIDATION
        result.append(_checked(parts, "recordings"))
    return result


def _deal(labels: np.ndarray, indices: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """``indices`` shuffled, then ordered by class, so that every k-th one is a stratified sample."""
    shuffled = random.permutation(indices)
    return shuffled[np.argsort(labels[shuffled], kind="stable")]


def speech_folds(
    speakers: tuple[str, ...],
    parts: tuple[str, ...],
    folds: int,
    test_share: float,
    validation_share: float,
) -> list[np.ndarray]:
    """Per fold the ``Part`` of every utterance, (n,) uint8; a speaker is in one part only.

    A source with a standard split keeps it (one fold). Otherwise speakers are dealt to the folds, and a share of
    each fold's other speakers validates. Raises UserError if a part comes out empty.
    """
    standard = {"train": Part.TRAIN, "develop": Part.VALIDATION, "test": Part.TEST}
    if any(parts):
        if folds != 1:
            raise UserError("This speech source has a standard split: set 'folds' of its split to 1 in params.yaml.")
        return [_checked(np.array([standard.get(part, Part.UNUSED) for part in parts], np.uint8), "utterances")]
    random = generator(_SPLIT_SEED, "speech split")
    dealt = random.permutation(np.array(sorted(set(speakers))))
    pieces = folds if folds > 1 else round(1 / test_share)
    result = []
    for fold in range(folds):
        test = set(dealt[fold::pieces])
        others = random.permutation(np.array([name for name in dealt if name not in test]))
        validation = set(others[: max(1, round(validation_share * len(others)))])
        assigned = [
            Part.TEST if name in test else Part.VALIDATION if name in validation else Part.TRAIN for name in speakers
        ]
        result.append(_checked(np.array(assigned, np.uint8), "utterances"))
    return result


def _checked(parts: np.ndarray, things: str) -> np.ndarray:
    for part in (Part.TRAIN, Part.VALIDATION, Part.TEST):
        if not (parts == part).any():
            raise UserError(
                f"The {part.name.lower()} part holds no {things}: the data on disk are too few for this split; "
                "add data or change 'split' in params.yaml."
            )
    return parts


def thinned(parts: np.ndarray, groups: np.ndarray, scale: float) -> np.ndarray:
    """``parts`` with only the share ``scale`` of every part and group kept (at least one), the others UNUSED.

    Scales a whole study down by one number; samples left out are those late in the data set.
    """
    kept = np.full_like(parts, Part.UNUSED)
    for part in (Part.TRAIN, Part.VALIDATION, Part.TEST):
        for group in np.unique(groups[parts == part]):
            members = np.flatnonzero((parts == part) & (groups == group))
            chosen = members[: max(1, round(scale * len(members)))]
            kept[chosen] = part
    return kept
