"""Claims on accuracy (Table 2)."""

import math
from functools import partial

from snnlocality.claims.claim import ARCHITECTURES, METHODS, SPEECH, VISION, Claim, accuracy_of, mean, points
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

SLIGHT, SLIGHT_GAP = 1.0, 1.5  # points that count as a slight difference (C05, C07)
NOTHING = 0.5  # points of accuracy that have no practical meaning


def _decolle_last(e: Evidence, dataset: str) -> list[Contrast]:
    over = {method: mean(accuracy_of(e, dataset, method, arch) for arch in ARCHITECTURES) for method in METHODS}
    return [
        points(f"{other} - DECOLLE, FF and REC", over[other] - over["DECOLLE"], equal=NOTHING) for other in METHODS[:2]
    ]


def _recurrence(e: Evidence, dataset: str, than: str = "FF", methods=METHODS) -> list[Contrast]:
    return [
        points(
            f"{method}, REC - {than}, {dataset}",
            accuracy_of(e, dataset, method, "REC") - accuracy_of(e, dataset, method, than),
            equal=NOTHING,
        )
        for method in methods
    ]


def _gain_largest(e: Evidence) -> list[Contrast]:
    gain = {method: accuracy_of(e, SPEECH, method, "REC") - accuracy_of(e, SPEECH, method, "FF") for method in METHODS}
    return [
        points(f"gain of BPTT - gain of {other}", gain["BPTT"] - gain[other], equal=NOTHING) for other in METHODS[1:]
    ]


def _slight(e: Evidence) -> list[Contrast]:
    return [c._replace(low=-SLIGHT, high=SLIGHT, equal=0.0) for c in _recurrence(e, VISION, methods=METHODS[:2])]


def _degrades(e: Evidence) -> list[Contrast]:
    return [c._replace(low=-math.inf, high=0.0) for c in _recurrence(e, VISION, methods=METHODS[2:])]


def _gap(e: Evidence) -> list[Contrast]:
    return [
        points(
            f"BPTT - e-prop, {arch}",
            accuracy_of(e, VISION, "BPTT", arch) - accuracy_of(e, VISION, "e-prop", arch),
            -SLIGHT_GAP,
            SLIGHT_GAP,
        )
        for arch in ARCHITECTURES
    ]


def _on_the_whole(e: Evidence) -> list[Contrast]:
    by_task = ([c.values for c in _recurrence(e, dataset)] for dataset in (VISION, SPEECH))
    # The recordings of two tasks are not the same ones: of each task a mean over its recordings.
    by_run = [mean(one).reshape(len(one[0]), -1).mean(axis=1) for one in by_task]
    return [points("REC - FF, mean over rules and tasks", mean(by_run), equal=NOTHING)]


CLAIMS = (
    Claim(
        "C01",
        "The most local rule, DECOLLE, is the least accurate on N-MNIST",
        "table2",
        "BPTT and e-prop - DECOLLE > 0, mean of FF and REC",
        partial(_decolle_last, dataset=VISION),
    ),
    Claim(
        "C02",
        "The most local rule, DECOLLE, is the least accurate on TIMIT",
        "table2",
        "BPTT and e-prop - DECOLLE > 0, mean of FF and REC",
        partial(_decolle_last, dataset=SPEECH),
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
        "REC - FF > 0, mean over the three methods and both tasks",
        _on_the_whole,
    ),
)
