"""Phone sequences for the synthesiser: a chain of phone classes, phones drawn within each.

Only aggregate statistics go in: how often one class follows another and how frequent each phone is in its
class. No sequence of any corpus is stored or can be recalled.
"""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from snnlocality.data.speech.phone_symbols import PHONES_61

PHONE_CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "edge": ("h#",),
        "pause": ("pau", "epi"),
        "closure": ("bcl", "dcl", "gcl", "pcl", "tcl", "kcl"),
        "release": ("b", "d", "g", "p", "t", "k", "jh", "ch"),
        "flap": ("dx", "nx"),
        "glottal": ("q",),
        "voiced fricative": ("z", "zh", "v", "dh"),
        "voiceless fricative": ("s", "sh", "f", "th"),
        "aspirate": ("hh", "hv"),
        "nasal": ("m", "n", "ng", "em", "en", "eng"),
        "approximant": ("l", "r", "w", "y", "el"),
        "full vowel": (
            *("iy", "ih", "eh", "ey", "ae", "aa", "aw", "ay", "ah", "ao", "oy", "ow", "uh", "uw", "ux", "er"),
        ),
        "reduced vowel": ("ax", "ix", "axr", "ax-h"),
    }
)

CLASS_OF: Mapping[str, str] = MappingProxyType(
    {phone: name for name, phones in PHONE_CLASSES.items() for phone in phones}
)

OWN_RELEASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bcl": ("b",),
        "dcl": ("d", "jh"),
        "gcl": ("g",),
        "pcl": ("p",),
        "tcl": ("t", "ch"),
        "kcl": ("k",),
    }
)
"""The releases that can follow each closure."""


def class_transitions(sequences: list[list[str]]) -> dict[str, dict[str, int]]:
    """How often one phone class follows another in phone sequences."""
    counts = {first: dict.fromkeys(PHONE_CLASSES, 0) for first in PHONE_CLASSES}
    for phones in sequences:
        for first, second in pairwise(phones):
            counts[CLASS_OF[first]][CLASS_OF[second]] += 1
    return counts


def phone_counts(sequences: list[list[str]]) -> dict[str, int]:
    """How often each of the 61 phones occurs in phone sequences."""
    counts = dict.fromkeys(PHONES_61, 0)
    for phones in sequences:
        for phone in phones:
            counts[phone] += 1
    return counts


class Grammar:
    """Draws phone sequences from class transitions and phone frequencies.

    Every frequency is raised by ``floor`` occurrences, so that a phone that is rare in the statistics still
    occurs in a corpus of a few hundred utterances.
    """

    def __init__(
        self, transitions: Mapping[str, Mapping[str, int]], counts: Mapping[str, int], floor: float = 2.0
    ) -> None:
        """Take bigrams of phone classes and frequencies of phones (see ``class_transitions``)."""
        self._classes = tuple(PHONE_CLASSES)
        self._transitions = {
            first: np.array([row[second] for second in self._classes], dtype=float)
            for first, row in transitions.items()
        }
        self._weights = {phone: counts[phone] + floor for phone in PHONES_61}

    def sequence(self, length: int, generator: np.random.Generator) -> list[str]:
        """Draw phones from ``h#`` to ``h#``: at least ``length``, then on to where speech may end."""
        phones = ["h#"]
        edge = self._classes.index("edge")
        while True:
            odds = self._transitions[CLASS_OF[phones[-1]]]
            if len(phones) + 1 >= length and odds[edge] > 0:
                return [*phones, "h#"]
            odds = odds.copy()
            odds[edge] = 0.0
            name = self._classes[_draw(odds, generator)]
            candidates = PHONE_CLASSES[name]
            if name == "release" and phones[-1] in OWN_RELEASES:
                candidates = OWN_RELEASES[phones[-1]]
            weights = np.array([self._weights[phone] for phone in candidates])
            phones.append(candidates[_draw(weights, generator)])


def _draw(weights: np.ndarray, generator: np.random.Generator) -> int:
    """Index drawn in proportion to non-negative weights."""
    cumulative = np.cumsum(weights)
    return int(np.searchsorted(cumulative, generator.random() * cumulative[-1], side="right"))
