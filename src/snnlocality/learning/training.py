"""The training loop, the same for every rule: mini-batches, Adam, early choice of the epoch on validation data."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from snnlocality.data.batches import Dataset, batches
from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.adam import Adam, cosine
from snnlocality.learning.losses import LOSSES, correct_decisions, judged, mean_loss
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.routing import alignments, stands_for
from snnlocality.learning.rule import Rule
from snnlocality.network import Network
from snnlocality.seeds import generator


class Epoch(NamedTuple):
    """One row of the training curve."""

    epoch: int  # from 1
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    firing_rates: tuple[float, ...]  # spikes per neuron and step on validation data, per hidden layer
    alignments: tuple[float, ...] = ()  # of feedback and forward weights, in degrees (``rule.alignments``)


class Sums(NamedTuple):
    """What the batches of an epoch add up to."""

    loss: float = 0.0  # over the steps that count
    steps: float = 0.0
    right: int = 0
    decisions: int = 0


@dataclass
class State:
    """Where a training stands between two batches: all that is needed to go on from there to the same bits."""

    network: Network  # its weights change in place, and its feedback where that is adaptive
    adam: Adam  # all that learns, its moments and number of steps done, likewise
    sums: Sums = field(default_factory=Sums)  # of the epoch that is under way
    curve: list[Epoch] = field(default_factory=list)  # of the epochs that are done
    best: dict[str, np.ndarray] = field(default_factory=dict)  # weights of the epoch chosen so far
    milestones: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)  # weights by epochs done


class Trained(NamedTuple):
    """What a training leaves."""

    network: Network  # of the epoch that ``chosen_epoch`` chooses
    curve: list[Epoch]
    milestones: dict[int, Network]  # by epochs done, those of ``milestone_epochs``


class Keeper(Protocol):
    """Keeps the state of a training, so that one that was interrupted goes on (``checkpoints``)."""

    def resumed(self, state: State) -> AbstractContextManager[None]:
        """Bring a first state to where the training was interrupted, if it was; the training runs in the context."""
        ...

    def keep(self, state: State) -> None:
        """Told the state after every batch."""
        ...


class _Forgetful:
    """Keeps nothing."""

    def resumed(self, state: State) -> AbstractContextManager[None]:
        """See ``Keeper.resumed``."""
        return nullcontext()

    def keep(self, state: State) -> None:
        """See ``Keeper.keep``."""


FORGETFUL: Keeper = _Forgetful()


class Evaluation(NamedTuple):
    """A network's performance on a set of samples."""

    loss: float
    accuracy: float
    decisions: int
    firing_rates: tuple[float, ...]  # spikes per neuron and step, per hidden layer
    dead: tuple[float, ...]  # share of neurons per hidden layer that never fire
    saturated: tuple[float, ...]  # share that fires in more than 90 % of the steps
    right: np.ndarray  # (decisions,) each one, sample after sample
    of_each: np.ndarray  # (samples,) how many each sample has


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
    keeper: Keeper = FORGETFUL,
) -> Trained:
    """Train a copy of ``network``; test data play no part.

    Where ``keeper`` has the state of an earlier, interrupted training, this one goes on from there, and ``report`` is
    not told of what was done then.
    """
    own = {name: np.array(array) for name, array in network.feedback.items()}
    network = Network(network.dynamics, network.spike, engine.place(network.weights), own)
    state = State(network, Adam({**network.weights, **adaptive_feedback(network, rule)}, engine.adam))
    order, size = generator(seed, "order"), optimisation.batch_size
    steps_per_epoch = math.ceil(len(training) / size)
    kept = milestone_epochs(optimisation.epochs)
    with keeper.resumed(state):
        if state.adam.steps == 0:
            state.milestones[0] = _copied(state.adam.weights)
        for number in range(1, optimisation.epochs + 1):
            samples = order.permutation(training)
            if number <= len(state.curve):
                continue  # done before the interruption; its order was drawn all the same
            learned = state.adam.steps - steps_per_epoch * len(state.curve)
            for batch in batches(dataset, samples[learned * size :], size):
                rate = cosine(optimisation.learning_rate, state.adam.steps, steps_per_epoch * optimisation.epochs)
                told = taught(batch, rule, seed, state.adam.steps)
                loss, counts = training_step(network, batch, rule, optimisation, engine, state.adam, rate, told)
                state.sums = _added(state.sums, loss, float(batch.mask.sum()), *counts)
                keeper.keep(state)
            result = evaluate(network, dataset, validation, optimisation, engine)
            epoch = _epoch(state, result, alignments(rule, network.weights, network.feedback))
            if number in kept:
                state.milestones[number] = _copied(state.adam.weights)
            report(epoch)
    milestones = {number: with_weights(network, state.milestones[number]) for number in kept}
    return Trained(with_weights(network, state.best), state.curve, milestones)


def milestone_epochs(epochs: int) -> list[int]:
    """Numbers of epochs after which a training of so many keeps its network: 0, 1, 2, 4, 8, ... and all."""
    return sorted({0, epochs, *(2**n for n in range(epochs.bit_length()))})


def with_weights(network: Network, learned: Mapping[str, np.ndarray]) -> Network:
    """A network with other weights, and other feedback where that learns."""
    weights = {name: learned[name] for name in network.weights}
    feedback = {name: learned.get(name, array) for name, array in network.feedback.items()}
    return Network(network.dynamics, network.spike, weights, feedback)


def _copied(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.array(array, order="C") for name, array in arrays.items()}


def adaptive_feedback(network: Network, rule: Rule) -> dict[str, np.ndarray]:
    """The feedback matrices that learn."""
    return {name: network.feedback[name] for name in stands_for(rule, network.hidden)}


def _added(sums: Sums, loss: float, steps: float, right: int, decisions: int) -> Sums:
    """``loss`` is a mean over ``steps``."""
    return Sums(sums.loss + loss * steps, sums.steps + steps, sums.right + right, sums.decisions + decisions)


def _epoch(state: State, result: Evaluation, angles: tuple[float, ...]) -> Epoch:
    """End an epoch: a row of the curve, and the weights if it is the best so far."""
    sums = state.sums
    epoch = Epoch(
        len(state.curve) + 1,
        sums.loss / sums.steps,
        sums.right / sums.decisions,
        result.loss,
        result.accuracy,
        result.firing_rates,
        angles,
    )
    state.curve.append(epoch)
    state.sums = Sums()
    if chosen_epoch(state.curve) is epoch:
        state.best = _copied(state.adam.weights)
    return epoch


def chosen_epoch(curve: list[Epoch]) -> Epoch:
    """The epoch of the best validation accuracy, by validation loss among equals, the first among those.

    A loss that is not a number ranks last.
    """
    return max(curve, key=lambda epoch: (epoch.validation_accuracy, -np.nan_to_num(epoch.validation_loss, nan=np.inf)))


def arrivals(rule: Rule, seed: int, step: int, steps: int, samples: int) -> np.ndarray:
    """1 where the rule's error arrives in the batch of so many steps of training before, else 0, (steps, samples).

    All ones in the unlikely case that it arrives nowhere, which teaches nothing.
    """
    drawn = generator(seed, f"teaching, step {step}").random((steps, samples)) < rule.taught
    return (drawn if drawn.any() else ~drawn).astype(np.float32)


def taught(batch: Batch, rule: Rule, seed: int, step: int) -> Batch | None:
    """The batch of which only the steps count in which the rule's error arrives; None where all do."""
    if rule.taught == 1:
        return None
    mask = batch.mask * arrivals(rule, seed, step, *batch.mask.shape)
    return batch._replace(mask=mask) if mask.any() else None


def training_step(
    network: Network,
    batch: Batch,
    rule: Rule,
    optimisation: Optimisation,
    engine: Engine,
    adam: Adam,
    learning_rate: float,
    told: Batch | None = None,
) -> tuple[float, tuple[int, int]]:
    """Learn from one batch: the network's weights change. Return the loss and (right, all) decisions before it.

    ``told``: what of the batch teaches (``taught``), if not all.
    """
    learned = engine.loss_and_gradients(network, told or batch, rule, optimisation.loss, optimisation.local_loss)
    pairs = stands_for(rule, network.hidden)
    adam.step(learned.gradients | {B: learned.gradients[W] for B, W in pairs.items()}, learning_rate)
    for B, W in pairs.items():
        network.feedback[B][...] *= 1 - rule.decay
        network.weights[W][...] *= 1 - rule.decay
    loss = learned.loss
    if told is not None:
        loss = mean_loss(LOSSES[optimisation.loss](learned.readout, batch.targets)[0], batch)
    return loss, correct_decisions(learned.readout, batch)


def evaluate(
    network: Network, dataset: Dataset, indices: np.ndarray, optimisation: Optimisation, engine: Engine
) -> Evaluation:
    """Loss, accuracy and activity of a network on the samples of ``indices``."""
    loss_sum, steps = 0.0, 0.0
    outcomes = []
    spike_counts = [np.zeros(()) for _ in network.hidden]
    for batch in batches(dataset, indices, optimisation.batch_size):
        traces = engine.forward(network, batch.inputs)
        value, _ = LOSSES[optimisation.loss](traces.readout, batch.targets)
        outcomes.append(judged(traces.readout, batch))
        valid = float(batch.mask.sum())
        loss_sum, steps = loss_sum + mean_loss(value, batch) * valid, steps + valid
        for layer, spikes in enumerate(traces.spike_counts(batch.mask)):
            spike_counts[layer] = spike_counts[layer] + spikes.astype(np.float64)
    rates = [counts / steps for counts in spike_counts]
    right, of_each = (np.concatenate(parts) for parts in zip(*outcomes, strict=True))
    return Evaluation(
        loss_sum / steps,
        int(right.sum()) / len(right),
        len(right),
        tuple(float(rate.mean()) for rate in rates),
        tuple(float((rate == 0).mean()) for rate in rates),
        tuple(float((rate > 0.9).mean()) for rate in rates),
        right,
        of_each,
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
