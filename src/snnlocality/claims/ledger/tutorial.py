"""The testable statements of Neftci et al. 2019, in the form of the paper's claims (``claims.claim``).

Thresholds were written before a statement was tested, but after the experiments' figures had been looked at.
"""

import math

from snnlocality import registry
from snnlocality.claims.claim import VISION, Claim, points
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast
from snnlocality.tutorial.surrogates import NORMALISATIONS

LITTLE, PAR = 2.0, 5.0  # points of accuracy that count as little (T01, T08), and as on a par (T07)
RIGHT_ANGLE = 90.0
ROUNDING = 1e-8  # relative distance of two gradients in double precision that are the same
MOST = 0.5  # of the way, at least, where the true gradient is zero (T05)
_SUPERSPIKES = "fast_sigmoid"
_FEEDBACK = ("Feedback alignment", "Direct feedback alignment")


def _lose_little(e: Evidence) -> list[Contrast]:
    bptt = e.values("accuracy", dataset=VISION, method="BPTT", arch="FF")
    return [
        points(
            f"BPTT - {method}, FF",
            bptt - e.values("accuracy", dataset=VISION, method=method, arch="FF"),
            -math.inf,
            LITTLE,
        )
        for method in _FEEDBACK
    ]


def _align(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"{method}, layer {layer}",
            e.values("tutorial", quantity="alignment", method=method, arch="FF", layer=layer),
            -math.inf,
            RIGHT_ANGLE,
            least=0.0,
            most=180.0,
        )
        for method in _FEEDBACK
        for layer in (1, 2)
    ]


def _reset_hinders(e: Evidence) -> list[Contrast]:
    with_reset, without = (
        e.values("tutorial", quantity="final loss", method=method)
        for method in ("symmetric, credit through reset", "symmetric")
    )
    return [Contrast("loss with credit through the reset - without", with_reset - without)]


def _higher_layers(e: Evidence) -> list[Contrast]:
    by_layer = [e.values("tutorial", quantity="local accuracy", method="DCLL", layer=layer) for layer in (1, 2, 3)]
    return [
        points(f"accuracy of layer {n + 1} - layer {n}", by_layer[n] - by_layer[n - 1]) for n in range(1, len(by_layer))
    ]


def _forward_is_exact(e: Evidence) -> list[Contrast]:
    distance = e.values("tutorial", quantity="distance to BPTT", method="RTRL, forward in time")
    return [Contrast("largest relative distance", distance, -math.inf, ROUNDING, least=0.0)]


def _flat(e: Evidence) -> list[Contrast]:
    return [Contrast("share of the way", e.values("tutorial", quantity="zero gradient"), MOST, least=0.0, most=1.0)]


def _on_a_par(e: Evidence) -> list[Contrast]:
    dcll, bptt = (
        e.values("tutorial", quantity="local accuracy", method=method, layer=3) for method in ("DCLL", "BPTT")
    )
    return [points("DCLL - BPTT", dcll - bptt, -PAR, PAR)]


def _shape_matters_little(e: Evidence) -> list[Contrast]:
    by_shape = {
        (normalisation, shape): e.values("tutorial", quantity=f"accuracy at {normalisation}", method=shape)
        for normalisation in NORMALISATIONS
        for shape in registry.names(registry.SURROGATES)
    }
    return [
        points(
            f"{shape} - {_SUPERSPIKES}, {normalisation}",
            accuracy - by_shape[normalisation, _SUPERSPIKES],
            -LITTLE,
            LITTLE,
        )
        for (normalisation, shape), accuracy in by_shape.items()
        if shape != _SUPERSPIKES
    ]


CLAIMS = (
    Claim(
        "T01",
        "Fixed random feedback loses little on simple tasks",
        "spectrum",
        "BPTT less than 2 points above both feedback alignments, FF",
        _lose_little,
    ),
    Claim(
        "T02",
        "Under random feedback forward weights come to align with it",
        "spectrum",
        "angle below 90 degrees in the end, both hidden layers, FF",
        _align,
    ),
    Claim(
        "T03",
        "Leaving the reset out of credit makes SuperSpike learn better",
        "tutorial_superspike",
        "loss in the end, with - without > 0, symmetric feedback",
        _reset_hinders,
    ),
    Claim(
        "T04",
        "With local errors higher layers match the targets better",
        "tutorial_figure6",
        "accuracy of each layer's readout > the one below",
        _higher_layers,
    ),
    Claim(
        "T05",
        "The true gradient of a spiking network is zero almost everywhere",
        "tutorial_figure4",
        "zero on more than half of the way of training, by finite differences",
        _flat,
    ),
    Claim(
        "T06",
        "Gradients carried forward in time are those of BPTT",
        "tutorial_exactness",
        "relative distance < 1e-8 for every weight matrix, FF and REC",
        _forward_is_exact,
    ),
    Claim(
        "T07",
        "Local learning of deep layers is on a par with BPTT",
        "tutorial_figure6",
        "|accuracy of DCLL - BPTT| < 5 points",
        _on_a_par,
    ),
    Claim(
        "T08",
        "The shape of the surrogate matters little",
        "tutorial_surrogates",
        "|accuracy - the fast sigmoid's| < 2 points for every shape, at equal peak and at equal area",
        _shape_matters_little,
    ),
)
