"""What a rule's declaration (``learning.rule``) means for a network: which matrix brings errors where."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Weights, hidden_layers, readouts

_PRODUCT, _TRANSPOSE, _ADAPTIVE, _RANDOM = FeedbackWeights

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


def local_readout(rule: Rule, layer: int, feedback: Mapping[str, Matrix]) -> Matrix | None:
    """B_l where the layer's own loss comes besides: its transpose brings dL_l/dY_l to what ``deliveries`` brings."""
    return feedback[f"B{layer}"] if rule.local_losses else None


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
    if rule.weights not in (_RANDOM, _ADAPTIVE) or rule.own_errors:
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
        if rule.weights not in (_RANDOM, _ADAPTIVE) and not rule.local_losses:
            continue
        if f"B{layer}" in places and not rule.local_losses:
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
    size: np.float64 = np.sqrt(np.square(weights, dtype=np.float64).mean())
    return (size * generator.standard_normal(weights.shape)).astype(np.float32)
