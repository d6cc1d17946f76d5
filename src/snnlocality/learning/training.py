"""The training loop, the same for every rule: mini-batches, Adam, early choice of the epoch on validation data."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from snnlocality.data.batches import Batch, Dataset, batches
from snnlocality.engines.interface import Engine
from snnlocality.learning.adam import Adam, cosine
from snnlocality.learning.losses import LOSSES, correct_decisions, mean_loss
from snnlocality.learning.rule import Rule
from snnlocality.network import Network
from snnlocality.seeds import generator

Watch = Callable[[int, Network], None]


@dataclass(frozen=True)
class Optimisation:
    """How a network is trained."""

    loss: str  # of the readout, a name in losses.LOSSES
    local_loss: str | None  # of a local rule's own readouts; None for the other rules
    epochs: int
    batch_size: int  # samples
    learning_rate: float  # Adam's at the start; it falls to zero along half a cosine


class Epoch(NamedTuple):
    """One row of the training curve."""

    epoch: int  # from 1
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    firing_rates: tuple[float, ...]  # spikes per neuron and step on validation data, per hidden layer


class Evaluation(NamedTuple):
    """A network's performance on a set of samples."""

    loss: float
    accuracy: float
    decisions: int
    firing_rates: tuple[float, ...]  # spikes per neuron and step, per hidden layer
    dead: tuple[float, ...]  # share of neurons per hidden layer that never fire
    saturated: tuple[float, ...]  # share that fires in more than 90 % of the steps


def train(
    network: Network,
    dataset: Dataset,
    training: np.ndarray,
    validation: np.ndarray,
    rule: Rule,
    optimisation: Optimisation,
    engine: Engine,
    seed: int,
    report: Callable[[Epoch], None] = lambda epoch: None,
    watch: Watch = lambda number, network: None,
) -> tuple[Network, list[Epoch]]:
    """Train a copy of ``network``; return the best epoch's network and the curve.

    The epoch is chosen by ``chosen_epoch``; test data play no part. ``watch`` is shown the network after 0, 1, 2, ...
    epochs; its weights change afterwards.
    """
    network = Network(network.dynamics, network.spike, engine.place(network.weights), network.feedback)
    adam = Adam(network.weights, engine.adam)
    steps_in_all = optimisation.epochs * math.ceil(len(training) / optimisation.batch_size)
    done = 0
    order = generator(seed, "order")
    curve: list[Epoch] = []
    best: dict[str, np.ndarray] = {}
    watch(0, network)
    for number in range(1, optimisation.epochs + 1):
        loss_sum, steps, right, decisions = 0.0, 0.0, 0, 0
        for batch in batches(dataset, order.permutation(training), optimisation.batch_size):
            rate = cosine(optimisation.learning_rate, done, steps_in_all)
            loss, counts = training_step(network, batch, rule, optimisation, engine, adam, rate)
            done += 1
            valid = float(batch.mask.sum())
            loss_sum, steps = loss_sum + loss * valid, steps + valid
            right, decisions = right + counts[0], decisions + counts[1]
        result = evaluate(network, dataset, validation, optimisation, engine)
        epoch = Epoch(
            number,
            loss_sum / steps,
            right / decisions,
            result.loss,
            result.accuracy,
            result.firing_rates,
        )
        curve.append(epoch)
        report(epoch)
        watch(number, network)
        if chosen_epoch(curve) is epoch:
            best = {name: np.array(array, order="C") for name, array in network.weights.items()}
    return Network(network.dynamics, network.spike, best, network.feedback), curve


def chosen_epoch(curve: list[Epoch]) -> Epoch:
    """The epoch of the best validation accuracy, by validation loss among equals, the first among those.

    A loss that is not a number ranks last.
    """
    return max(curve, key=lambda epoch: (epoch.validation_accuracy, -np.nan_to_num(epoch.validation_loss, nan=np.inf)))


def training_step(
    network: Network,
    batch: Batch,
    rule: Rule,
    optimisation: Optimisation,
    engine: Engine,
    adam: Adam,
    learning_rate: float,
) -> tuple[float, tuple[int, int]]:
    """Learn from one batch: the network's weights change. Return the loss and (right, all) decisions before it."""
    learned = engine.loss_and_gradients(network, batch, rule, optimisation.loss, optimisation.local_loss)
    adam.step(learned.gradients, learning_rate)
    return learned.loss, correct_decisions(learned.readout, batch)


def evaluate(
    network: Network, dataset: Dataset, indices: np.ndarray, optimisation: Optimisation, engine: Engine
) -> Evaluation:
    """Loss, accuracy and activity of a network on the samples of ``indices``."""
    layers = len(network.hidden)
    loss_sum, right, decisions, steps = 0.0, 0, 0, 0.0
    spike_counts: list[np.ndarray | float] = [0.0] * layers
    for batch in batches(dataset, indices, optimisation.batch_size):
        traces = engine.forward(network, batch.inputs)
        value, _ = LOSSES[optimisation.loss](traces.readout, batch.targets)
        counts = correct_decisions(traces.readout, batch)
        right, decisions = right + counts[0], decisions + counts[1]
        valid = float(batch.mask.sum())
        loss_sum, steps = loss_sum + mean_loss(value, batch) * valid, steps + valid
        for layer, spikes in enumerate(traces.spike_counts(batch.mask)):
            spike_counts[layer] = spike_counts[layer] + spikes.astype(np.float64)
    rates = [counts / steps for counts in spike_counts]
    return Evaluation(
        loss_sum / steps,
        right / decisions,
        decisions,
        tuple(float(rate.mean()) for rate in rates),
        tuple(float((rate == 0).mean()) for rate in rates),
        tuple(float((rate > 0.9).mean()) for rate in rates),
    )


def still_improving(validation_losses: Sequence[float]) -> bool:
    """Whether training stopped too early: the losses of the last fifth of epochs lie clearly below the fifth before.

    "Clearly" means by more than two standard errors of the difference of the two means. A curve too short to
    tell counts as still improving.
    """
    fifth = max(len(validation_losses) // 5, 2)
    if len(validation_losses) < 2 * fifth:
        return True
    losses = np.asarray(validation_losses)
    last, before = losses[-fifth:], losses[-2 * fifth : -fifth]
    error = math.sqrt((last.var(ddof=1) + before.var(ddof=1)) / fifth)
    return bool(before.mean() - last.mean() > 2 * error)
