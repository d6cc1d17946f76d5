"""Claims on how alike representations are (Figure 2)."""

from functools import partial

import numpy as np

from snnlocality.claims.claim import ARCHITECTURES, HIDDEN, LAYERS, METHODS, Claim, mean
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

CONVERTED, CONVERTED_LEAKY = "converted (IF)", "converted (LIF)"
NOTHING = 0.02  # of CKA, that has no practical meaning


def _K(e: Evidence, a: str, b: str, layer: str, arch: str) -> np.ndarray:
    return e.values("similarity", arch=arch, a=a, b=b, layer=layer)


def _less_alike(name: str, values: np.ndarray) -> Contrast:
    return Contrast(name, values, equal=NOTHING, least=-1.0, most=1.0)


def _conversion_apart(e: Evidence, converted: str) -> list[Contrast]:
    return [
        _less_alike(
            f"BPTT to e-prop, layer {direct} - converted to {method}, layer {layer}",
            _K(e, "BPTT", "e-prop", direct, "FF") - _K(e, converted, method, layer, "FF"),
        )
        for method in METHODS
        for layer in LAYERS
        for direct in HIDDEN
    ]


def _nearer(e: Evidence, near: tuple[str, str]) -> list[Contrast]:
    """An adjacent pair of methods is more alike than BPTT and DECOLLE, in the first two layers."""
    return [
        _less_alike(
            f"{near[0]} to {near[1]} - BPTT to DECOLLE, {arch}",
            mean(_K(e, *near, layer, arch) - _K(e, "BPTT", "DECOLLE", layer, arch) for layer in HIDDEN),
        )
        for arch in ARCHITECTURES
    ]


CLAIMS = (
    Claim(
        "C09",
        "Networks converted from ReLU networks resemble no directly trained one, in any layer",
        "figure2",
        "CKA with each, in each layer, below BPTT's and e-prop's in layer 1 and in layer 2",
        partial(_conversion_apart, converted=CONVERTED),
        partial(_conversion_apart, converted=CONVERTED_LEAKY),
        "conversion to the leaky neurons of the others: part of the distance may be the neuron",
    ),
    Claim(
        "C10",
        "BPTT and e-prop are strongly alike in the first two layers",
        "figure2",
        "CKA > that of BPTT and DECOLLE, mean of the two layers, FF and REC",
        partial(_nearer, near=("BPTT", "e-prop")),
    ),
    Claim(
        "C11",
        "e-prop and DECOLLE are alike too, BPTT and DECOLLE are not",
        "figure2",
        "CKA > that of BPTT and DECOLLE, mean of the first two layers, FF and REC",
        partial(_nearer, near=("e-prop", "DECOLLE")),
    ),
)
