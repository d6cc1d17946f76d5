"""Claims on accuracy (Table 2)."""

import math
from functools import partial
from itertools import pairwise

from snnlocality.claims.claim import (
    ARCHITECTURES,
    IN_WHITE_BOX,
    METHODS,
    SPEECH,
    VISION,
    Claim,
    accuracy_of,
    both,
    papers_decolle,
    white_box_decolle,
)
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

SLIGHT, SLIGHT_GAP = 1.0, 1.5  # points that count as a slight difference (C05, C07)


def _order(e: Evidence, dataset: str) -> list[Contrast]:
    return [
        Contrast(f"{a} - {b}, {arch}", accuracy_of(e, dataset, a, arch) - accuracy_of(e, dataset, b, arch))
        for arch in ARCHITECTURES
        for a, b in pairwise(METHODS)
    ]


def _recurrence(e: Evidence, dataset: str, than: str = "FF", methods=METHODS) -> list[Contrast]:
    return [
        Contrast(
            f"{method}, REC - {than}, {dataset}",
            accuracy_of(e, dataset, method, "REC") - accuracy_of(e, dataset, method, than),
        )
        for method in methods
    ]


def _gain_largest(e: Evidence) -> list[Contrast]:
    gain = {method: accuracy_of(e, SPEECH, method, "REC") - accuracy_of(e, SPEECH, method, "FF") for method in METHODS}
    return [Contrast(f"gain of BPTT - gain of {other}", gain["BPTT"] - gain[other]) for other in METHODS[1:]]


def _slight(e: Evidence) -> list[Contrast]:
    return [c._replace(low=-SLIGHT, high=SLIGHT) for c in _recurrence(e, VISION, methods=METHODS[:2])]


def _degrades(e: Evidence) -> list[Contrast]:
    return [c._replace(low=-math.inf, high=0) for c in _recurrence(e, VISION, methods=METHODS[2:])]


def _gap(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"BPTT - e-prop, {arch}",
            accuracy_of(e, VISION, "BPTT", arch) - accuracy_of(e, VISION, "e-prop", arch),
            -SLIGHT_GAP,
            SLIGHT_GAP,
        )
        for arch in ARCHITECTURES
    ]


CLAIMS = (
    Claim(
        "C01",
        "Accuracy on N-MNIST falls from BPTT over e-prop to DECOLLE, FF and REC",
        "table2",
        "both differences > 0, both architectures",
        partial(_order, dataset=VISION),
    ),
    Claim(
        "C02",
        "Accuracy on TIMIT falls from BPTT over e-prop to DECOLLE, FF and REC",
        "table2",
        "both differences > 0, both architectures",
        partial(_order, dataset=SPEECH),
    ),
    Claim(
        "C03",
        "Recurrence improves accuracy on TIMIT for every method",
        "table2",
        "REC - FF > 0, three methods",
        partial(_recurrence, dataset=SPEECH),
        partial(_recurrence, dataset=SPEECH, than="FF-matched"),
        "REC against an FF network with as many weights: REC has five times those of FF",
    ),
    Claim("C04", "On TIMIT BPTT gains most from recurrence", "table2", "its gain > the others'", _gain_largest),
    Claim(
        "C05", "On N-MNIST recurrence changes BPTT and e-prop only slightly", "table2", "|REC - FF| < 1 point", _slight
    ),
    Claim("C06", "On N-MNIST recurrence degrades DECOLLE", "table2", "REC - FF < 0", _degrades),
    Claim("C07", "BPTT and e-prop differ only slightly on N-MNIST", "table2", "|difference| < 1.5 points", _gap),
    Claim(
        "C08",
        "Recurrence has a positive influence on performance",
        "table2",
        "REC - FF > 0 in all six cells",
        both(partial(_recurrence, dataset=VISION), partial(_recurrence, dataset=SPEECH)),
    ),
    Claim(
        "C25",
        "Under attack there is no trade-off between locality and robustness, as there is in accuracy",
        "table2, table3",
        "C01, C02 and C16 together",
        both(partial(_order, dataset=VISION), partial(_order, dataset=SPEECH), papers_decolle),
        white_box_decolle,
        IN_WHITE_BOX,
    ),
)
