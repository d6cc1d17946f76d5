"""Claims on how alike representations are (Figure 2)."""

from functools import partial

import numpy as np

from snnlocality.claims.claim import ARCHITECTURES, HIDDEN, LAYERS, METHODS, Claim
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

CONVERTED, CONVERTED_LEAKY = "converted (IF)", "converted (LIF)"


def _K(e: Evidence, a: str, b: str, layer: str, arch: str) -> np.ndarray:
    return e.values("similarity", arch=arch, a=a, b=b, layer=layer)


def _conversion_apart(e: Evidence, converted: str) -> list[Contrast]:
    direct = np.minimum(*(_K(e, "BPTT", "e-prop", layer, "FF") for layer in HIDDEN))
    return [
        Contrast(
            f"BPTT to e-prop - converted to {method}, layer {layer}", direct - _K(e, converted, method, layer, "FF")
        )
        for method in METHODS
        for layer in LAYERS
    ]


def _nearer(e: Evidence, near: tuple[str, str], layers=LAYERS) -> list[Contrast]:
    """An adjacent pair of methods is more alike than BPTT and DECOLLE."""
    return [
        Contrast(
            f"{near[0]} to {near[1]} - BPTT to DECOLLE, layer {layer}, {arch}",
            _K(e, *near, layer, arch) - _K(e, "BPTT", "DECOLLE", layer, arch),
        )
        for arch in ARCHITECTURES
        for layer in layers
    ]


def _adjacent(e: Evidence) -> list[Contrast]:
    return _nearer(e, ("BPTT", "e-prop")) + _nearer(e, ("e-prop", "DECOLLE"))


CLAIMS = (
    Claim(
        "C09",
        "Networks converted from ReLU networks resemble no directly trained one, in any layer",
        "figure2",
        "CKA with each below the smaller of BPTT's and e-prop's in layers 1 and 2",
        partial(_conversion_apart, converted=CONVERTED),
        partial(_conversion_apart, converted=CONVERTED_LEAKY),
        "conversion to the leaky neurons of the others: part of the distance may be the neuron",
    ),
    Claim(
        "C10",
        "BPTT and e-prop are strongly alike in the first two layers",
        "figure2",
        "CKA > that of BPTT and DECOLLE",
        partial(_nearer, near=("BPTT", "e-prop"), layers=HIDDEN),
    ),
    Claim(
        "C11",
        "e-prop and DECOLLE are alike too, BPTT and DECOLLE are not",
        "figure2",
        "CKA > that of BPTT and DECOLLE, every layer",
        partial(_nearer, near=("e-prop", "DECOLLE")),
    ),
    Claim(
        "C12",
        "The closer in locality, the more alike",
        "figure2",
        "both adjacent pairs exceed the distant one",
        _adjacent,
    ),
    Claim("C13", "Low similarity of BPTT and DECOLLE explains their gap in accuracy", "figure2, table2", ""),
)
