"""What every speech source gives: utterances by index, with speakers and the standard part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Segment(NamedTuple):
    """One labelled stretch of an utterance."""

    start: int  # first sample
    end: int  # one past the last sample
    phone: str  # one of the 61 TIMIT symbols


class Utterance(NamedTuple):
    """Audio with its phone segmentation."""

    audio: np.ndarray  # (n,) float32 in [-1, 1]
    rate: int  # samples per second
    segments: tuple[Segment, ...]  # in order, contiguous, covering the audio


@dataclass(frozen=True)
class UtteranceSet:
    """A speech source. ``utterance(i)`` reads sample i."""

    name: str
    names: tuple[str, ...]  # unique, e.g. "dr1-felc0-si756"
    speakers: tuple[str, ...]  # per utterance
    parts: tuple[str, ...]  # per utterance: "train", "develop" or "test"; "" without a standard split
    utterance: Callable[[int], Utterance]
    notice: str  # what must be said wherever its numbers appear; empty for the full real corpus
