"""The 61 phone symbols of TIMIT, their folding to 39 classes and the class indices of both.

The order is fixed: class indices are stored in prepared data, so changing it changes every label.
"""

from collections.abc import Mapping
from types import MappingProxyType

from snnlocality.errors import UserError

PHONES_61: tuple[str, ...] = (
    # stops: closures, releases, flap and glottal stop; affricates
    *("bcl", "dcl", "gcl", "pcl", "tcl", "kcl"),
    *("b", "d", "g", "p", "t", "k", "dx", "q", "jh", "ch"),
    # fricatives and aspirates
    *("s", "sh", "z", "zh", "f", "th", "v", "dh", "hh", "hv"),
    # nasals, liquids and glides, syllabic or not
    *("m", "n", "ng", "em", "en", "eng", "nx"),
    *("l", "r", "w", "y", "el"),
    # vowels
    *("iy", "ih", "eh", "ey", "ae", "aa", "aw", "ay", "ah", "ao", "oy", "ow", "uh", "uw", "ux"),
    *("er", "ax", "ix", "axr", "ax-h"),
    # silences
    *("pau", "epi", "h#"),
)

# Folding of Lee and Hon (1989) as used for frame classification by Graves and Schmidhuber (2005); the
# glottal stop, which phone recognition drops, counts as silence here because every frame needs a class.
_FOLDED = {
    "ao": "aa",
    "ax": "ah",
    "ax-h": "ah",
    "axr": "er",
    "hv": "hh",
    "ix": "ih",
    "el": "l",
    "em": "m",
    "en": "n",
    "nx": "n",
    "eng": "ng",
    "zh": "sh",
    "ux": "uw",
} | dict.fromkeys(("pcl", "tcl", "kcl", "bcl", "dcl", "gcl", "h#", "pau", "epi", "q"), "sil")

FOLDING: Mapping[str, str] = MappingProxyType({phone: _FOLDED.get(phone, phone) for phone in PHONES_61})
"""The class among 39 of each of the 61 symbols."""

PHONES_39: tuple[str, ...] = tuple(dict.fromkeys(FOLDING[phone] for phone in PHONES_61))
"""The 39 classes, in the order in which their first member stands in ``PHONES_61``."""

SILENCES: frozenset[str] = frozenset({"h#", "pau", "epi"})
"""Symbols of stretches without speech."""


def class_indices(classes: int) -> dict[str, int]:
    """Class index of each of the 61 symbols, among 61 or 39 classes; UserError for another number."""
    if classes == 61:
        return {phone: index for index, phone in enumerate(PHONES_61)}
    if classes == 39:
        return {phone: PHONES_39.index(FOLDING[phone]) for phone in PHONES_61}
    raise UserError(f"There is no set of {classes} phone classes; choose 61 or 39.")
