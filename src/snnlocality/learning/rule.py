"""A learning rule is a routing table: where a layer's error comes from, by which weights, through what.

Every rule runs the same backward scan (``engines.interface``) with different edges cut. With B_l[t] the error
delivered to layer l, lambda the adjoints, h the surrogate derivative::

    G_l[t]  = B_l[t] + [recurrence] V_l^T lambda_I_l[t+1] - [reset] theta lambda_U_l[t+1]

=========  ==========================================  =================================================
source     B_l[t]                                      weights it can travel by
=========  ==========================================  =================================================
above      from lambda_I of the layer above,           transpose: W_{l+1}^T; random or adaptive: B_l^T,
           lambda_y for the last hidden layer          B_l of the shape of W_{l+1}
readout    from lambda_y[t]                            product: (W_out W_L ... W_{l+1})^T; random: B_l^T;
                                                       transpose: O_l^T; adaptive: B_l^T, B_l of the shape of O_l
local      from dL_l/dY_l[t], Y_l = B_l s_l[t] being   random: B_l^T
           the layer's own readout
=========  ==========================================  =================================================

The readout's own weights O_l exist where it reads every hidden layer directly (O_L being W_out): a rule that sends
errors down by them trains such networks, all others those whose readout reads the last layer. In such a network
O_l^T lambda_y joins what comes from above, since the loss's gradient does so.

Credit through recurrence travels by V_l^T (transpose) or by R_l^T, a fixed random matrix. Adaptive feedback weights
get the same updates as the forward weights they stand for, and both decay (Kolen & Pollack 1994), so that they come
to agree. A rule that truncates cuts every edge from a window of steps to the one before.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, TypeVar

import numpy as np

from snnlocality.network import Weights, hidden_layers, readouts


class ErrorSource(StrEnum):
    """Where the error delivered to a hidden layer comes from, global to local."""

    ABOVE = "above"
    READOUT = "readout"
    LOCAL = "local"


class FeedbackWeights(StrEnum):
    """The weights by which the error travels to a hidden layer, from those that know most of the network."""

    PRODUCT = "product"
    TRANSPOSE = "transpose"
    ADAPTIVE = "adaptive"
    RANDOM = "random"


_PRODUCT, _TRANSPOSE, _ADAPTIVE, _RANDOM = FeedbackWeights
_ALLOWED = {
    ErrorSource.ABOVE: {_TRANSPOSE, _ADAPTIVE, _RANDOM},
    ErrorSource.READOUT: {_PRODUCT, _TRANSPOSE, _ADAPTIVE, _RANDOM},
    ErrorSource.LOCAL: {_RANDOM},
}


class OwnSurrogate(NamedTuple):
    """The surrogate derivative that a rule is defined with."""

    name: str  # a file in ``neurons.surrogates``
    slope: float  # k of its formula


@dataclass(frozen=True)
class Rule:
    """One learning rule. ``label`` is how the papers and all tables write it."""

    label: str
    source: ErrorSource
    weights: FeedbackWeights
    through_recurrence: FeedbackWeights | None  # None: no credit goes through recurrent connections
    through_reset: bool
    reference: str
    truncation: int | None = None  # steps of a window that credit does not leave; None: it goes back to the first step
    surrogate: OwnSurrogate | None = None  # None: the study's
    decay: float = 0.0  # of adaptive feedback weights and of the weights they stand for, per step of training

    def __post_init__(self) -> None:
        """Refuse values and combinations that have no meaning; raises ValueError."""
        if not (isinstance(self.label, str) and self.label.strip() and self.label.isprintable()):
            raise ValueError(f"the label is a line of text that tables write, not {self.label!r}")
        if not isinstance(self.source, ErrorSource):
            raise ValueError(f"source is one of {', '.join(map(str, ErrorSource))}, not {self.source!r}")
        if not isinstance(self.weights, FeedbackWeights):
            raise ValueError(f"weights are one of {', '.join(map(str, FeedbackWeights))}, not {self.weights!r}")
        if not isinstance(self.through_reset, bool):
            raise ValueError(f"through_reset is True or False, not {self.through_reset!r}")
        if self.truncation is not None and not (type(self.truncation) is int and self.truncation >= 1):
            raise ValueError(f"truncation is a number of steps from 1 on, not {self.truncation!r}")
        if not (isinstance(self.decay, (int, float)) and 0 <= self.decay < 1):
            raise ValueError(f"decay is a number from 0 to below 1, not {self.decay!r}")
        if self.surrogate is not None and not 0 < self.surrogate.slope < math.inf:
            raise ValueError(f"the slope of a surrogate is a number above 0, not {self.surrogate.slope!r}")
        if self.weights not in _ALLOWED[self.source]:
            raise ValueError(f"an error from {self.source} cannot travel by {self.weights} weights")
        if not any(self.through_recurrence is allowed for allowed in (None, _TRANSPOSE, _RANDOM)):
            raise ValueError(f"credit through recurrence cannot travel by {self.through_recurrence} weights")

    @property
    def direct_readout(self) -> bool:
        """Whether the networks that it trains have a readout that reads every hidden layer."""
        return self.source is ErrorSource.READOUT and self.weights in (_TRANSPOSE, _ADAPTIVE)


Matrix = TypeVar("Matrix")  # an engine's own kind


def deliveries(rule: Rule, weights: Mapping[str, Matrix], feedback: Mapping[str, Matrix]) -> dict[int, Matrix]:
    """By hidden layer, the matrix M of shape (units or classes above, N_l) of the delivered error B_l = M^T error."""
    read_by = readouts(weights)
    if rule.direct_readout and len(read_by) < max(read_by):
        raise ValueError(f"{rule.label} needs a network whose readout reads every layer (network.Shape)")
    above = product = weights["W_out"]
    result = {}
    for layer in range(max(read_by), 0, -1):
        if rule.weights in (_RANDOM, _ADAPTIVE):
            result[layer] = feedback[f"B{layer}"]
        elif rule.direct_readout:
            result[layer] = weights[read_by[layer]]
        else:
            result[layer] = product if rule.weights is _PRODUCT else above
        above = weights[f"W{layer}"]
        if rule.weights is _PRODUCT and layer > 1:
            product = product @ above  # type: ignore[operator]
    return result


def shortcut(rule: Rule, layer: int, weights: Mapping[str, Matrix]) -> Matrix | None:
    """O_l where errors come from above and the readout reads the layer too: its transpose brings lambda_y besides."""
    return weights.get(f"O{layer}") if rule.source is ErrorSource.ABOVE else None


def recurrence(rule: Rule, layer: int, weights: Mapping[str, Matrix], feedback: Mapping[str, Matrix]) -> Matrix | None:
    """The matrix (N_l, N_l) whose transpose carries credit through recurrence; None where none goes that way."""
    if rule.through_recurrence is None or f"V{layer}" not in weights:
        return None
    return feedback[f"R{layer}"] if rule.through_recurrence is _RANDOM else weights[f"V{layer}"]


def windows(rule: Rule, steps: int) -> list[slice]:
    """The windows of steps within which credit travels back; all steps are one unless the rule truncates."""
    length = rule.truncation or steps
    return [slice(begin, min(begin + length, steps)) for begin in range(0, steps, length)]


def stands_for(rule: Rule, hidden: Sequence[int]) -> dict[str, str]:
    """The forward weights whose updates each adaptive feedback matrix shares: {"B1": "W2", ...}."""
    return _places(rule, hidden) if rule.weights is _ADAPTIVE else {}


def _places(rule: Rule, hidden: Sequence[int]) -> dict[str, str]:
    """The forward weights whose place every feedback matrix takes, where there are such."""
    if rule.source is not ErrorSource.ABOVE and not rule.direct_readout:
        return {}
    below_last = (f"O{layer}" if rule.direct_readout else f"W{layer + 1}" for layer in hidden[:-1])
    return {f"B{layer}": name for layer, name in zip(hidden, (*below_last, "W_out"), strict=True)}


def alignments(rule: Rule, weights: Weights, feedback: Weights) -> tuple[float, ...]:
    """Angles in degrees, per hidden layer, between feedback weights and the forward weights whose place they take.

    These are W_{l+1} for errors from above and the product W_out ... W_{l+1} for errors from the readout, or O_l if
    it reads every layer (Lillicrap et al. 2016): learning works below 90 degrees. Empty for a rule without such
    feedback.
    """
    if rule.weights not in (_RANDOM, _ADAPTIVE) or rule.source is ErrorSource.LOCAL:
        return ()
    broadcast = rule.source is ErrorSource.READOUT and not rule.direct_readout
    symmetric = replace(rule, weights=_PRODUCT if broadcast else _TRANSPOSE)
    pairs = (deliveries(one, weights, feedback) for one in (rule, symmetric))
    random, forward = ({layer: M.ravel().astype(np.float64) for layer, M in found.items()} for found in pairs)
    cosines = [B @ forward[l] / np.linalg.norm(B) / np.linalg.norm(forward[l]) for l, B in sorted(random.items())]
    return tuple(float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))) for cosine in cosines)


def draw_feedback(rule: Rule, weights: Weights, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """The random matrices that a rule needs beside a network's initial weights; none if it needs none.

    B_l of shape (classes, N_l), Gaussian of variance 1/N_l, for errors from the readout and of local losses: for e-prop
    they carry the readout's error down, for DECOLLE they are also the layer's own readout. Where they take the place of
    certain weights, and for R_l, the shape and the root mean square of these.
    """
    classes, hidden = len(weights["W_out"]), hidden_layers(weights)
    feedback, places = {}, _places(rule, hidden)
    for layer in hidden:
        units = len(weights[f"W{layer}"])
        if rule.weights not in (_RANDOM, _ADAPTIVE):
            continue
        if f"B{layer}" in places:
            feedback[f"B{layer}"] = _alike(weights[places[f"B{layer}"]], generator)
        else:
            feedback[f"B{layer}"] = (generator.standard_normal((classes, units)) / np.sqrt(units)).astype(np.float32)
    for layer in hidden:
        if rule.through_recurrence is _RANDOM and f"V{layer}" in weights:
            R = _alike(weights[f"V{layer}"], generator)
            np.fill_diagonal(R, 0)
            feedback[f"R{layer}"] = R
    return feedback


def _alike(weights: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    size = np.sqrt(np.square(weights, dtype=np.float64).mean())
    return (size * generator.standard_normal(weights.shape)).astype(np.float32)
