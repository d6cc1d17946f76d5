"""How each of the 61 phones is articulated: formant targets, sources and noise, in textbook values.

Formants are those of an adult man in Hz (a speaker's vocal tract scales them), rounded after the averages and
tables in the literature on American English vowels and on formant synthesis (Peterson and Barney 1952, Klatt
1980). Nothing here is fitted; what is fitted is in ``synthesiser.json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True)
class Articulation:
    """Targets of one phone.

    ``formants`` are F1 to F3 at the start, ``glide`` at the end of a phone that moves. ``dominance`` (0 to 1)
    says how far the phone imposes its formants on the transitions to its neighbours. ``voicing``,
    ``aspiration`` and ``frication`` are relative source amplitudes; ``noise`` is the centre and bandwidth of
    the frication in Hz. ``nasal`` couples the nasal cavity. ``burst`` makes frication decay, then aspiration
    follow it.
    """

    formants: tuple[float, float, float]
    glide: tuple[float, float, float] | None = None
    dominance: float = 1.0
    voicing: float = 0.0
    aspiration: float = 0.0
    frication: float = 0.0
    noise: tuple[float, float] = (4000.0, 3000.0)
    nasal: bool = False
    burst: bool = False


NEUTRAL_FORMANTS = (500.0, 1500.0, 2500.0)
"""The formants of a uniform tube of 17.5 cm, towards which reduced targets move."""


def _vowel(first: float, second: float, third: float, glide: tuple[float, float, float] | None = None) -> Articulation:
    return Articulation((first, second, third), glide, voicing=1.0)


def _closure(second: float, third: float, voiced: bool) -> Articulation:
    return Articulation((180.0, second, third), dominance=0.4, voicing=0.05 if voiced else 0.01, aspiration=0.001)


def _release(second: float, third: float, noise: tuple[float, float], voiced: bool) -> Articulation:
    return Articulation(
        (300.0, second, third),
        dominance=0.4,
        voicing=0.3 if voiced else 0.0,
        aspiration=0.05 if voiced else 0.15,
        frication=1.0,
        noise=noise,
        burst=True,
    )


def _fricative(
    second: float, third: float, noise: tuple[float, float], voiced: bool = False, frication: float = 1.0
) -> Articulation:
    return Articulation(
        (320.0, second, third),
        dominance=0.5,
        voicing=0.2 if voiced else 0.0,
        aspiration=0.02,
        frication=frication,
        noise=noise,
    )


def _nasal(second: float, third: float) -> Articulation:
    return Articulation((270.0, second, third), dominance=0.7, voicing=0.6, nasal=True)


_SILENCE = Articulation(NEUTRAL_FORMANTS, dominance=0.05)

# Places of articulation: the F2 and F3 towards which the tract moves.
_LABIAL, _DENTAL, _ALVEOLAR, _PALATAL, _VELAR = (
    (900.0, 2200.0),
    (1300.0, 2500.0),
    (1700.0, 2600.0),
    (1900.0, 2600.0),
    (1800.0, 2200.0),
)

_LABIAL_NOISE, _DENTAL_NOISE, _S_NOISE, _SH_NOISE, _T_NOISE, _K_NOISE = (
    (1500.0, 6000.0),
    (3500.0, 7000.0),
    (5800.0, 2200.0),
    (3100.0, 1500.0),
    (4200.0, 2500.0),
    (2000.0, 900.0),
)

_N, _NG, _M = _nasal(*_ALVEOLAR), _nasal(*_VELAR), _nasal(*_LABIAL)
_R = Articulation((340.0, 1150.0, 1550.0), voicing=0.7)
_L = Articulation((370.0, 1000.0, 2700.0), voicing=0.7)
_HH = Articulation(NEUTRAL_FORMANTS, dominance=0.1, aspiration=0.6)

ARTICULATIONS: Mapping[str, Articulation] = MappingProxyType(
    {
        "bcl": _closure(*_LABIAL, voiced=True),
        "dcl": _closure(*_ALVEOLAR, voiced=True),
        "gcl": _closure(*_VELAR, voiced=True),
        "pcl": _closure(*_LABIAL, voiced=False),
        "tcl": _closure(*_ALVEOLAR, voiced=False),
        "kcl": _closure(*_VELAR, voiced=False),
        "b": _release(*_LABIAL, _LABIAL_NOISE, voiced=True),
        "d": _release(*_ALVEOLAR, _T_NOISE, voiced=True),
        "g": _release(*_VELAR, _K_NOISE, voiced=True),
        "p": _release(*_LABIAL, _LABIAL_NOISE, voiced=False),
        "t": _release(*_ALVEOLAR, _T_NOISE, voiced=False),
        "k": _release(*_VELAR, _K_NOISE, voiced=False),
        "dx": Articulation((320.0, *_ALVEOLAR), dominance=0.5, voicing=0.4, aspiration=0.02),
        "q": Articulation(NEUTRAL_FORMANTS, dominance=0.1, voicing=0.35, aspiration=0.02),
        "jh": _fricative(*_PALATAL, (3300.0, 2500.0), voiced=True),
        "ch": _fricative(*_PALATAL, (3300.0, 2000.0)),
        "s": _fricative(*_ALVEOLAR, _S_NOISE),
        "sh": _fricative(*_PALATAL, _SH_NOISE),
        "z": _fricative(*_ALVEOLAR, _S_NOISE, voiced=True),
        "zh": _fricative(*_PALATAL, _SH_NOISE, voiced=True),
        "f": _fricative(*_LABIAL, _LABIAL_NOISE),
        "th": _fricative(*_DENTAL, _DENTAL_NOISE),
        "v": _fricative(*_LABIAL, _LABIAL_NOISE, voiced=True, frication=0.15),
        "dh": _fricative(*_DENTAL, _DENTAL_NOISE, voiced=True, frication=0.2),
        "hh": _HH,
        "hv": replace(_HH, voicing=0.5),
        "m": _M,
        "n": _N,
        "ng": _NG,
        "em": _M,
        "en": _N,
        "eng": _NG,
        "nx": _N,
        "l": _L,
        "r": _R,
        "w": Articulation((310.0, 700.0, 2250.0), voicing=0.7),
        "y": Articulation((280.0, 2150.0, 2900.0), voicing=0.7),
        "el": replace(_L, formants=(440.0, 900.0, 2650.0)),
        "iy": _vowel(300, 2250, 2900),
        "ih": _vowel(400, 1950, 2550),
        "eh": _vowel(550, 1800, 2500),
        "ey": _vowel(480, 1950, 2550, glide=(340.0, 2200.0, 2700.0)),
        "ae": _vowel(680, 1700, 2450),
        "aa": _vowel(740, 1150, 2500),
        "aw": _vowel(720, 1350, 2450, glide=(450.0, 950.0, 2400.0)),
        "ay": _vowel(720, 1250, 2500, glide=(420.0, 1950.0, 2550.0)),
        "ah": _vowel(630, 1250, 2500),
        "ao": _vowel(590, 900, 2500),
        "oy": _vowel(500, 850, 2450, glide=(400.0, 1900.0, 2500.0)),
        "ow": _vowel(520, 1050, 2350, glide=(400.0, 880.0, 2350.0)),
        "uh": _vowel(450, 1150, 2350),
        "uw": _vowel(320, 1000, 2300),
        "ux": _vowel(330, 1650, 2300),
        "er": _vowel(480, 1350, 1700),
        "ax": _vowel(480, 1350, 2500),
        "ix": _vowel(420, 1800, 2550),
        "axr": _vowel(460, 1350, 1750),
        "ax-h": Articulation((450.0, 1500.0, 2500.0), voicing=0.2, aspiration=0.4),
        "pau": _SILENCE,
        "epi": _SILENCE,
        "h#": _SILENCE,
    }
)
