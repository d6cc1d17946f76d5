"""White-box descents of several kinds, so that a network withstands only what none of them finds.

One surrogate's gradient may lead nowhere where another's does not, and cross-entropy has none left where a network is
sure of itself; the margin has (Carlini & Wagner 2017; Croce & Hein 2020). So each attack is a surrogate, a loss and
a start, and they run one after the other on the recordings that all before left right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from snnlocality.data.batches import Dataset
from snnlocality.data.inputs import Driven, at_all, weighed
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import Loss, cross_entropy, errors, judged
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network
from snnlocality.neurons.spikes import SpikeFunction

_TOGETHER = 128  # recordings attacked at a time: no result depends on it, but for rounding


def margin(y: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best wrong class's readout less the right one's, in the mean over all steps, which is what decides.

    Shapes as in ``learning.losses``: the value, negative where the decision is right, is the same at all steps. What it
    rises by is the derivative's direction; its size is that of a sum over steps.
    """
    decided, rows, right = y.mean(axis=0), np.arange(y.shape[1]), targets[0]
    wrong = decided.copy()
    wrong[rows, right] = -np.inf
    best = wrong.argmax(axis=-1)
    derivative = np.zeros_like(y)
    derivative[:, rows, best], derivative[:, rows, right] = 1, -1
    return np.broadcast_to(decided[rows, best] - decided[rows, right], targets.shape), derivative


LOSSES: dict[str, Loss] = {"cross_entropy": cross_entropy, "margin": margin}


class Attack(NamedTuple):
    """One of the ensemble."""

    name: str
    spike: SpikeFunction  # whose derivative leads
    loss: Loss
    from_anywhere: bool  # in reach of the recording, rather than from the recording itself


def standing(
    network: Network,
    dataset: Dataset,
    indices: np.ndarray,
    epsilon: float,
    attacks: Iterable[Attack],
    steps: int,
    engine: Engine,
    random: np.random.Generator,
) -> Iterator[tuple[str, np.ndarray]]:
    """After each attack its name, and which of the recordings ``indices`` all attacks so far left right.

    Attacks are currents constant in time, at most ``epsilon`` in each input.
    """
    for attack in attacks:
        parts = np.array_split(indices, -(-len(indices) // _TOGETHER) or 1)
        indices = np.concatenate(
            [part[_left_right(network, dataset, part, epsilon, attack, steps, engine, random)] for part in parts]
        )
        yield attack.name, indices


def _left_right(
    network: Network,
    dataset: Dataset,
    indices: np.ndarray,
    epsilon: float,
    attack: Attack,
    steps: int,
    engine: Engine,
    random: np.random.Generator,
) -> np.ndarray:
    """Which places of ``indices`` are right at every point of a projected gradient descent (Madry et al. 2018)."""
    left = np.arange(len(indices))
    if not len(left):
        return left
    W, led = network.weights["W1"], replace(network, spike=attack.spike)
    batch = dataset.batch(indices)
    assert not isinstance(batch.inputs, Driven)
    drive = engine.drive(network, batch.inputs)
    delta = np.zeros((len(indices), W.shape[1]), W.dtype)
    if attack.from_anywhere:
        delta = random.uniform(-epsilon, epsilon, delta.shape).astype(W.dtype)
    for step in range(steps + 1):
        attacked = Driven(drive, at_all(len(drive), weighed(W, delta)), 1)
        traces = engine.forward(led, attacked)
        right, _ = judged(traces.readout, batch)
        if step < steps:
            _, found = errors(led, traces, batch, BPTT, attack.loss, None)
            gradient = engine.constant_input_adjoint(traces, found, BPTT) @ W
            delta = np.clip(delta + W.dtype.type(2.5 * epsilon / steps) * np.sign(gradient), -epsilon, epsilon)
        if not right.all():
            left, drive, delta = left[right], np.ascontiguousarray(drive[:, right]), delta[right]
            batch = batch._replace(targets=batch.targets[:, right], mask=batch.mask[:, right])
            if not len(left):
                break
    return left
