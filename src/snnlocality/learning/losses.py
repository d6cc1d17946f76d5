"""Losses, taken at every step and averaged over the steps that count, with their derivatives."""

from collections.abc import Callable

import numpy as np

from snnlocality.data.inputs import Batch
from snnlocality.engines.values import Errors, Traces
from snnlocality.learning.optimisation import LOSSES as NAMES
from snnlocality.learning.optimisation import TARGET_PROJECTION
from snnlocality.learning.rule import ErrorSource, Rule
from snnlocality.network import Network

Loss = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def cross_entropy(y: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-log softmax(y)[target] per step, and its derivative softmax(y) - onehot.

    ``y``: (steps, samples, classes); ``targets``: (steps, samples); returns ((steps, samples), as y).
    """
    shifted = y - y.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=-1, keepdims=True)
    chosen = targets[..., None]
    value = np.log(total) - np.take_along_axis(shifted, chosen, axis=-1)
    derivative = exponentials / total
    np.put_along_axis(derivative, chosen, np.take_along_axis(derivative, chosen, axis=-1) - 1, axis=-1)
    return value[..., 0], derivative


def squared_error(y: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """1/2 |y - onehot|^2 per step, and its derivative; shapes as in ``cross_entropy``."""
    difference = y - np.eye(y.shape[-1], dtype=y.dtype)[targets]
    return 0.5 * np.square(difference).sum(axis=-1), difference


def smooth_l1(y: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Huber loss of width 1 summed over classes, as in DECOLLE's published parameter files."""
    difference = y - np.eye(y.shape[-1], dtype=y.dtype)[targets]
    size = np.abs(difference)
    value = np.where(size < 1, 0.5 * np.square(difference), size - 0.5).sum(axis=-1)
    return value, np.clip(difference, -1, 1)


def target_projection(y: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-y[target] per step: its derivative, -onehot, is the target and no error (Frenkel et al. 2021, DRTP)."""
    derivative = -np.eye(y.shape[-1], dtype=y.dtype)[targets]
    return -np.take_along_axis(y, targets[..., None], axis=-1)[..., 0], derivative


LOSSES: dict[str, Loss] = dict(zip(NAMES, (cross_entropy, squared_error, smooth_l1, target_projection), strict=True))


def own_loss(rule: Rule, chosen: str | None) -> str:
    """The loss of the layers' own readouts, by name: the one that is chosen, or the target in its place."""
    if rule.source is ErrorSource.TARGET:
        return TARGET_PROJECTION
    assert chosen is not None, f"{rule.label} needs a local loss"
    return chosen


def mean_loss(value: np.ndarray, batch: Batch) -> float:
    """Mean over the steps that count."""
    return float((value * batch.mask).sum() / batch.mask.sum())


def errors(
    network: Network, traces: Traces, batch: Batch, rule: Rule, loss: Loss, local_loss: Loss | None
) -> tuple[float, Errors]:
    """The mean readout loss of a batch, and the errors a rule's backward scan starts from.

    Where layers have losses of their own, each is taken on its fixed random readout
    Y_l[t] = B_l s_l[t] (Neftci et al. 2019, eq. 14).
    """
    weight = (batch.mask / batch.mask.sum())[..., None]
    value, derivative = loss(traces.readout, batch.targets)
    local = ()
    if rule.source is ErrorSource.TARGET:
        local_loss = target_projection
    if rule.layers_have_losses:
        assert local_loss is not None, f"{rule.label} needs a local loss"
        readouts = (traces.project(layer, network.feedback[f"B{layer}"]) for layer in network.hidden)
        local = tuple(local_loss(Y, batch.targets)[1] * weight for Y in readouts)
    return mean_loss(value, batch), Errors(derivative * weight, local)


def decisions(readout: np.ndarray, batch: Batch) -> np.ndarray:
    """Predicted classes, (decisions a sample, samples): argmax of the readout averaged over each decision's steps."""
    steps, samples, classes = readout.shape
    d = batch.steps_per_decision
    chosen: np.ndarray = readout.reshape(steps // d, d, samples, classes).mean(axis=1).argmax(axis=-1)
    return chosen


def judged(readout: np.ndarray, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Whether each decision that counts is right, sample after sample, (decisions,); how many each sample has."""
    d = batch.steps_per_decision
    counted = batch.mask[::d] > 0
    right = decisions(readout, batch) == batch.targets[::d]
    return right.T[counted.T], counted.sum(axis=0)


def correct_decisions(readout: np.ndarray, batch: Batch) -> tuple[int, int]:
    """(right decisions, all decisions) of those that count."""
    right, _ = judged(readout, batch)
    return int(right.sum()), len(right)
