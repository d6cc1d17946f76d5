"""The claims of Lin et al. 2024, each with its formal test; thresholds are older than any test on our numbers.

A test is a function from evidence to contrasts (``claims.verdict``). Where the paper's own measurement may show
something else than what is claimed, a control asks the same of numbers that cannot be mistaken for it.
"""

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from snnlocality.claims.evidence import Evidence
from snnlocality.claims.verdict import Contrast

METHODS = ("BPTT", "e-prop", "DECOLLE")  # global to local
ARCHITECTURES = ("FF", "REC")
VISION, SPEECH = "N-MNIST", "TIMIT"
PAPERS_ATTACK, WHITE_BOX = "counterpart", "white_box_mean"
PAPERS_TRIGGER, WORKING_TRIGGER = (
    "invisible",
    "visible",
)  # the published table fits label noise, and a test set poisoned at the same rate: docs/claims.md
CONVERTED, CONVERTED_LEAKY = "converted (IF)", "converted (LIF)"
LAYERS = ("1", "2", "out")
HIDDEN = LAYERS[:-1]

SLIGHT, SLIGHT_GAP = 1.0, 1.5  # points that count as a slight difference (C05, C07)
HIGH_EPSILON = 0.005  # from here on a perturbation counts as high (C16)
LEFT = 0.25  # of the accuracy, at most, after a strong drop (C19)
REALISTIC = 0.3  # poison rates up to here (C20)
NO_ADVANTAGE, AT_PAR = 2.0, 10.0  # points of ASR (C22, C23)
COMPARABLE = 2.0  # factor (C31)

Contrasts = Callable[[Evidence], list[Contrast]]


class Claim(NamedTuple):
    """One claim of the paper."""

    id: str
    words: str  # ours
    artifact: str
    test: str  # in words; "" if it cannot be tested
    contrasts: Contrasts | None = None
    control: Contrasts | None = None
    control_words: str = ""


# ---- Numbers of single cells ----


def _A(e: Evidence, dataset: str, method: str, arch: str) -> np.ndarray:
    return e.values("accuracy", dataset=dataset, method=method, arch=arch)


def _F(e: Evidence, method: str, arch: str, epsilon: float, attack: str) -> np.ndarray:
    return e.values("attacked", attack=attack, method=method, arch=arch, epsilon=epsilon)


def _B(e: Evidence, method: str, arch: str, rate: float, trigger: str, metric: str = "attack_success_rate"):
    return e.values("poisoned", trigger=trigger, method=method, arch=arch, poison_rate=rate, metric=metric)


def _epsilons(e: Evidence, least: float = 0.0) -> list[float]:
    return sorted(epsilon for epsilon in e.choices("attacked", "epsilon") if epsilon > 0 and epsilon >= least)


def _rates(e: Evidence, most: float = 1.0) -> list[float]:
    return sorted(rate for rate in e.choices("poisoned", "poison_rate") if rate <= most)


# ---- Tests ----


def _order(e: Evidence, dataset: str) -> list[Contrast]:
    return [
        Contrast(f"{a} - {b}, {arch}", _A(e, dataset, a, arch) - _A(e, dataset, b, arch))
        for arch in ARCHITECTURES
        for a, b in pairwise(METHODS)
    ]


def _recurrence(e: Evidence, dataset: str, than: str = "FF", methods=METHODS) -> list[Contrast]:
    return [
        Contrast(f"{method}, REC - {than}, {dataset}", _A(e, dataset, method, "REC") - _A(e, dataset, method, than))
        for method in methods
    ]


def _gain_largest(e: Evidence) -> list[Contrast]:
    gain = {method: _A(e, SPEECH, method, "REC") - _A(e, SPEECH, method, "FF") for method in METHODS}
    return [Contrast(f"gain of BPTT - gain of {other}", gain["BPTT"] - gain[other]) for other in METHODS[1:]]


def _slight(e: Evidence) -> list[Contrast]:
    return [c._replace(low=-SLIGHT, high=SLIGHT) for c in _recurrence(e, VISION, methods=METHODS[:2])]


def _degrades(e: Evidence) -> list[Contrast]:
    return [c._replace(low=-math.inf, high=0) for c in _recurrence(e, VISION, methods=METHODS[2:])]


def _gap(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"BPTT - e-prop, {arch}",
            _A(e, VISION, "BPTT", arch) - _A(e, VISION, "e-prop", arch),
            -SLIGHT_GAP,
            SLIGHT_GAP,
        )
        for arch in ARCHITECTURES
    ]


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


def _retains_more(e: Evidence, attack: str) -> list[Contrast]:
    return [
        Contrast(
            f"{method}, REC - FF, epsilon {epsilon:g}",
            _F(e, method, "REC", epsilon, attack) - _F(e, method, "FF", epsilon, attack),
        )
        for method in METHODS
        for epsilon in _epsilons(e)
    ]


def _falls(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"{method} {arch}, epsilon {a:g} - {b:g}",
            _F(e, method, arch, a, PAPERS_ATTACK) - _F(e, method, arch, b, PAPERS_ATTACK),
        )
        for method in METHODS
        for arch in ARCHITECTURES
        for a, b in pairwise([0.0, *_epsilons(e)])
    ]


def _decolle_best(e: Evidence, attack: str) -> list[Contrast]:
    return [
        Contrast(
            f"DECOLLE - {other}, {arch}, epsilon {epsilon:g}",
            _F(e, "DECOLLE", arch, epsilon, attack) - _F(e, other, arch, epsilon, attack),
        )
        for arch in ARCHITECTURES
        for epsilon in _epsilons(e, HIGH_EPSILON)
        for other in METHODS[:2]
    ]


def _more_local_more_robust(e: Evidence, attack: str) -> list[Contrast]:
    return [
        Contrast(
            f"{b} - {a}, {arch}, epsilon {epsilon:g}",
            _F(e, b, arch, epsilon, attack) - _F(e, a, arch, epsilon, attack),
        )
        for arch in ARCHITECTURES
        for epsilon in _epsilons(e)
        for a, b in pairwise(METHODS)
    ]


def _retained(e: Evidence, method: str, arch: str, epsilon: float) -> np.ndarray:
    return _F(e, method, arch, epsilon, PAPERS_ATTACK) / _F(e, method, arch, 0.0, PAPERS_ATTACK)


def _retains_largest_share(e: Evidence) -> list[Contrast]:
    return [
        Contrast(
            f"DECOLLE - {other}, {arch}, epsilon {epsilon:g}",
            _retained(e, "DECOLLE", arch, epsilon) - _retained(e, other, arch, epsilon),
        )
        for arch in ARCHITECTURES
        for epsilon in _epsilons(e)
        for other in METHODS[:2]
    ]


def _global_drop(e: Evidence) -> list[Contrast]:
    most = max(_epsilons(e))
    return [
        Contrast(f"share left, {method} {arch}, epsilon {most:g}", _retained(e, method, arch, most), -math.inf, LEFT)
        for method in METHODS[:2]
        for arch in ARCHITECTURES
    ]


def _lower_asr(e: Evidence, trigger: str, most: float = 1.0) -> list[Contrast]:
    return [
        Contrast(
            f"{method}, FF - REC, rate {rate:g}",
            _B(e, method, "FF", rate, trigger) - _B(e, method, "REC", rate, trigger),
        )
        for method in METHODS
        for rate in _rates(e, most)
    ]


def _no_advantage(e: Evidence, trigger: str) -> list[Contrast]:
    cells = [(arch, rate) for arch in ARCHITECTURES for rate in _rates(e)]
    differences = [_B(e, "DECOLLE", *cell, trigger) - _B(e, "BPTT", *cell, trigger) for cell in cells]
    return [Contrast("ASR of DECOLLE - BPTT, mean over cells", np.mean(differences, axis=0), -NO_ADVANTAGE)]


def _at_par(e: Evidence, trigger: str) -> list[Contrast]:
    return [
        Contrast(
            f"{method} - BPTT, {arch}, rate {rate:g}",
            _B(e, method, arch, rate, trigger) - _B(e, "BPTT", arch, rate, trigger),
            -AT_PAR,
            AT_PAR,
        )
        for method in METHODS[1:]
        for arch in ARCHITECTURES
        for rate in _rates(e)
    ]


def _grows_with_rate(e: Evidence, trigger: str) -> list[Contrast]:
    return [
        Contrast(
            f"{name}, {method} {arch}, rates {a:g} and {b:g}",
            sign * (_B(e, method, arch, b, trigger, metric) - _B(e, method, arch, a, trigger, metric)),
        )
        for name, metric, sign in (("ASR rises", "attack_success_rate", 1), ("accuracy falls", "accuracy", -1))
        for method in METHODS
        for arch in ARCHITECTURES
        for a, b in pairwise(_rates(e))
    ]


def _poisoned_not_worse(e: Evidence, trigger: str) -> list[Contrast]:
    return [
        Contrast(
            f"accuracy, {method}, REC - FF, rate {rate:g}",
            _B(e, method, "REC", rate, trigger, "accuracy") - _B(e, method, "FF", rate, trigger, "accuracy"),
        )
        for method in METHODS
        for rate in _rates(e)
    ]


def _S(e: Evidence, method: str, epsilon: float, layer: str, attack: str) -> np.ndarray:
    """CKA of clean and attacked, REC minus FF."""
    cell = {"attack": attack, "method": method, "epsilon": epsilon, "layer": layer}
    return e.values("shift", arch="REC", **cell) - e.values("shift", arch="FF", **cell)


def _moves_less(e: Evidence, attack: str) -> list[Contrast]:
    e.choices("shift", "layer")
    return [
        Contrast(f"{method}, layer {layer}, epsilon {epsilon:g}", _S(e, method, epsilon, layer, attack))
        for method in METHODS
        for epsilon in _epsilons(e)
        for layer in LAYERS
    ]


def _difference_largest(e: Evidence) -> list[Contrast]:
    def mean(method: str, epsilon: float) -> np.ndarray:
        return np.mean([_S(e, method, epsilon, layer, PAPERS_ATTACK) for layer in LAYERS], axis=0)

    return [
        Contrast(f"BPTT - {other}, epsilon {epsilon:g}", mean("BPTT", epsilon) - mean(other, epsilon))
        for other in METHODS[1:]
        for epsilon in _epsilons(e)
    ]


def _robustness_gain_largest(e: Evidence) -> list[Contrast]:
    def gain(method: str, epsilon: float) -> np.ndarray:
        return _F(e, method, "REC", epsilon, PAPERS_ATTACK) - _F(e, method, "FF", epsilon, PAPERS_ATTACK)

    return [
        Contrast(f"gain of BPTT - gain of {other}, epsilon {epsilon:g}", gain("BPTT", epsilon) - gain(other, epsilon))
        for other in METHODS[1:]
        for epsilon in _epsilons(e)
    ]


def _I(e: Evidence, method: str, arch: str, weights: str, measure: str = "share") -> np.ndarray:
    return e.values("fisher", method=method, arch=arch, weights=weights, measure=measure)


def _comparable(e: Evidence) -> list[Contrast]:
    bound = math.log(COMPARABLE)
    return [
        Contrast(
            f"log of RW/LW, {method}, layer {layer}",
            np.log(_I(e, method, "REC", f"V{layer}") / _I(e, method, "REC", f"W{layer}")),
            -bound,
            bound,
        )
        for method in METHODS
        for layer in HIDDEN
    ]


def _below(e: Evidence, measure: str) -> list[Contrast]:
    return [
        Contrast(
            f"log of LW-REC/LW-FF, {method}, {weights}",
            np.log(_I(e, method, "REC", weights, measure) / _I(e, method, "FF", weights, measure)),
            -math.inf,
            0.0,
        )
        for method in METHODS
        for weights in ("W1", "W2", "W_out")
    ]


def _grows_upwards(e: Evidence) -> list[Contrast]:
    return [
        Contrast(f"{method} {arch}, {above} - {below}", _I(e, method, arch, above) - _I(e, method, arch, below))
        for method in METHODS
        for arch in ARCHITECTURES
        for below, above in pairwise(("W1", "W2", "W_out"))
    ]


def _first_layer_falls(e: Evidence) -> list[Contrast]:
    return [Contrast(f"W1, {a} - {b}, FF", _I(e, a, "FF", "W1") - _I(e, b, "FF", "W1")) for a, b in pairwise(METHODS)]


def _same_models(e: Evidence) -> list[Contrast]:
    return [
        Contrast(f"{method} {arch}", _F(e, method, arch, 0.0, PAPERS_ATTACK) - _A(e, VISION, method, arch), -1e-6, 1e-6)
        for method in METHODS
        for arch in ARCHITECTURES
    ]


def _both(*tests: Contrasts) -> Contrasts:
    return lambda e: [contrast for test in tests for contrast in test(e)]


_white_box_recurrence = partial(_retains_more, attack=WHITE_BOX)
_white_box_decolle = partial(_decolle_best, attack=WHITE_BOX)
_papers_decolle = partial(_decolle_best, attack=PAPERS_ATTACK)
_WHITE_BOX = "the same under white-box signs: a network that only the counterpart misses is not robust"
_WORKING = "the same with a visible trigger: an invisible one makes label noise of the poison, not a backdoor"

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
        _both(partial(_recurrence, dataset=VISION), partial(_recurrence, dataset=SPEECH)),
    ),
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
    Claim(
        "C14",
        "Under FGSM recurrent networks retain more accuracy",
        "table3",
        "REC - FF > 0, every method and epsilon",
        partial(_retains_more, attack=PAPERS_ATTACK),
        _white_box_recurrence,
        _WHITE_BOX,
    ),
    Claim("C15", "Accuracy falls steadily with epsilon", "table3", "every step down > 0", _falls),
    Claim(
        "C16",
        "DECOLLE is the most robust under strong FGSM",
        "table3",
        "above both others at epsilon >= 0.005",
        _papers_decolle,
        _white_box_decolle,
        _WHITE_BOX,
    ),
    Claim(
        "C17",
        "The more local the rule, the more robust under FGSM",
        "table3",
        "BPTT < e-prop < DECOLLE at every epsilon",
        partial(_more_local_more_robust, attack=PAPERS_ATTACK),
        partial(_more_local_more_robust, attack=WHITE_BOX),
        _WHITE_BOX,
    ),
    Claim(
        "C18",
        "The same by the share of accuracy that is left",
        "table3",
        "DECOLLE's share above both others', every epsilon",
        _retains_largest_share,
    ),
    Claim(
        "C19",
        "Global methods lose most of their accuracy at high epsilon",
        "table3",
        "less than a quarter left at the largest epsilon, BPTT and e-prop",
        _global_drop,
    ),
    Claim(
        "C20",
        "At realistic poison rates recurrence lowers the attack success rate",
        "table4",
        "FF - REC > 0 at rates up to 0.3",
        partial(_lower_asr, trigger=PAPERS_TRIGGER, most=REALISTIC),
        partial(_lower_asr, trigger=WORKING_TRIGGER, most=REALISTIC),
        _WORKING,
    ),
    Claim(
        "C21",
        "Recurrence lowers the attack success rate in general",
        "table4",
        "FF - REC > 0 at every rate",
        partial(_lower_asr, trigger=PAPERS_TRIGGER),
        partial(_lower_asr, trigger=WORKING_TRIGGER),
        _WORKING,
    ),
    Claim(
        "C22",
        "Local rules have no advantage under backdoor attacks",
        "table4",
        "mean ASR of DECOLLE not more than 2 points below BPTT's",
        partial(_no_advantage, trigger=PAPERS_TRIGGER),
        partial(_no_advantage, trigger=WORKING_TRIGGER),
        _WORKING,
    ),
    Claim(
        "C23",
        "Local rules are at par with global ones under backdoor attacks",
        "table4",
        "|ASR - that of BPTT| < 10 points in every cell",
        partial(_at_par, trigger=PAPERS_TRIGGER),
        partial(_at_par, trigger=WORKING_TRIGGER),
        _WORKING,
    ),
    Claim(
        "C24",
        "With the poison rate the ASR rises and accuracy falls",
        "table4",
        "every step, every series",
        partial(_grows_with_rate, trigger=PAPERS_TRIGGER),
    ),
    Claim(
        "C25",
        "Under attack there is no trade-off between locality and robustness, as there is in accuracy",
        "table2, table3",
        "C01, C02 and C16 together",
        _both(partial(_order, dataset=VISION), partial(_order, dataset=SPEECH), _papers_decolle),
        _white_box_decolle,
        _WHITE_BOX,
    ),
    Claim(
        "C26",
        "Recurrence enhances robustness",
        "table3, table4",
        "C14 and C20 together",
        _both(
            partial(_retains_more, attack=PAPERS_ATTACK), partial(_lower_asr, trigger=PAPERS_TRIGGER, most=REALISTIC)
        ),
        _white_box_recurrence,
        _WHITE_BOX,
    ),
    Claim(
        "C27",
        "Recurrent networks are no worse on poisoned data (implicit)",
        "table4",
        "accuracy, REC - FF > 0, every cell",
        partial(_poisoned_not_worse, trigger=PAPERS_TRIGGER),
    ),
    Claim(
        "C28",
        "Attacks move recurrent networks' representations less",
        "figure3",
        "CKA of clean and attacked, REC - FF > 0, every method, layer and epsilon",
        partial(_moves_less, attack=PAPERS_ATTACK),
        partial(_moves_less, attack=WHITE_BOX),
        _WHITE_BOX,
    ),
    Claim(
        "C29",
        "That difference is largest for BPTT",
        "figure3",
        "mean over layers above the others', every epsilon",
        _difference_largest,
    ),
    Claim(
        "C30",
        "The gain in robustness from recurrence is largest for BPTT",
        "table3",
        "gain > the others', every epsilon",
        _robustness_gain_largest,
    ),
    Claim(
        "C31",
        "Recurrent weights matter about as much as feed-forward ones",
        "figure4",
        "ratio of Fisher information within a factor of 2, every hidden layer and method",
        _comparable,
    ),
    Claim(
        "C32",
        "With recurrence, feed-forward weights matter less",
        "figure4",
        "share of LW-REC < LW-FF, every layer",
        partial(_below, measure="share"),
        partial(_below, measure="trace"),
        "the information itself: shares that sum to one must fall where others are added",
    ),
    Claim(
        "C33",
        "Importance grows from the input to the output layer",
        "figure4",
        "each layer's share > the one below",
        _grows_upwards,
    ),
    Claim(
        "C34",
        "The input layer's importance falls with locality",
        "figure4",
        "BPTT > e-prop > DECOLLE",
        _first_layer_falls,
    ),
    Claim(
        "C35",
        "DECOLLE is robust under FGSM but has no advantage under backdoors",
        "table3, table4",
        "C16 and C22 together",
        _both(_papers_decolle, partial(_no_advantage, trigger=PAPERS_TRIGGER)),
        _white_box_decolle,
        _WHITE_BOX,
    ),
    Claim("C36", "Spiking networks are trainable by many surrogates (related work)", "", ""),
    Claim(
        "C37",
        "Without perturbation the attacked networks are those of Table 2",
        "table3",
        "equal accuracies",
        _same_models,
    ),
    Claim(
        "C38",
        "DECOLLE's robustness comes from its local losses",
        "table3",
        "DECOLLE above both others at epsilon >= 0.005",
        _papers_decolle,
        _white_box_decolle,
        _WHITE_BOX + "; local losses in an otherwise global network were not trained",
    ),
)
