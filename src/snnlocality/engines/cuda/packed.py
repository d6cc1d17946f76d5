"""Many trainings at once on a graphics card: runs of equal shape in lockstep, each with seed and samples of its own.

One small network leaves a card idle: its kernels are short and few samples make few programs. Runs folded into one
replica axis (``engines.cuda``) share every launch. Data, weights, moments and sums stay on the device; the host sees
the results of an epoch. Every run makes the same steps as ``learning.training.train``, to rounding.

Launches still dominate where batches are small, so on a card a step is replayed as a CUDA graph
(``engines.cuda.graphs``). None of this has yet been measured.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from snnlocality.data.batches import Dataset, EventDataset, FrameDataset
from snnlocality.engines.cuda import optimiser, passes
from snnlocality.engines.cuda.device import Device
from snnlocality.engines.cuda.events import EventRows, resident
from snnlocality.engines.cuda.graphs import replayed
from snnlocality.learning.adam import FIRST, SECOND, AdamStep, cosine
from snnlocality.learning.losses import own_loss
from snnlocality.learning.optimisation import LOSSES as NAMES
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.routing import alignments, stands_for
from snnlocality.learning.rule import Rule
from snnlocality.learning.training import Epoch, Trained, arrivals, chosen_epoch, milestone_epochs, with_weights
from snnlocality.network import Network
from snnlocality.seeds import generator

_FRAMES = 16  # utterances are padded to a multiple of so many frames: few shapes, so few CUDA graphs


class DeviceBatch(NamedTuple):
    """Samples of every replica; see ``data.inputs.Batch``."""

    inputs: passes.Rows
    targets: Tensor  # (R, T, B) int64
    mask: Tensor  # (R, T, B) float32
    steps_per_decision: int


class DeviceData(Protocol):
    """A data set on the device."""

    def steps(self, index: np.ndarray) -> int:
        """Steps of the batch of these samples."""
        ...

    def batch(self, index: Tensor, steps: int) -> DeviceBatch:
        """The samples ``index`` (R, B), at least as many ``steps`` as they have."""
        ...


class _Recordings:
    """See ``data.batches.EventDataset``."""

    def __init__(self, dataset: EventDataset, device: Device) -> None:
        self._dataset = dataset
        self._packed = resident(dataset.units, dataset.offsets, device)
        self._labels = device.copy(dataset.labels.astype(np.int64))
        counts = np.diff(dataset.offsets[:: dataset.steps])
        self._most = np.cumsum(np.sort(counts)[::-1])  # events of any 1, 2, ... recordings

    def steps(self, index: np.ndarray) -> int:
        """See ``DeviceData.steps``."""
        return self._dataset.steps

    def batch(self, index: Tensor, steps: int) -> DeviceBatch:
        """See ``DeviceData.batch``."""
        most = int(self._most[index.shape[1] - 1])
        rows = EventRows(self._packed, index, steps, self._dataset.inputs, most)
        targets = self._labels[index][:, None].expand(-1, steps, -1)
        return DeviceBatch(rows, targets, torch.ones_like(targets, dtype=torch.float32), steps)


class _Utterances:
    """See ``data.batches.FrameDataset``."""

    def __init__(self, dataset: FrameDataset, device: Device) -> None:
        self._held = dataset.steps_per_frame
        self._lengths = np.diff(dataset.offsets)
        self._features = device.tensor((dataset.features - dataset.mean) / dataset.scale)
        self._labels = device.copy(dataset.labels.astype(np.int64))
        self._offsets = device.copy(dataset.offsets)

    def steps(self, index: np.ndarray) -> int:
        """See ``DeviceData.steps``."""
        longest: np.int64 = self._lengths[index].max()
        return math.ceil(longest / _FRAMES) * _FRAMES * self._held

    def batch(self, index: Tensor, steps: int) -> DeviceBatch:
        """See ``DeviceData.batch``; padding is silent and does not count, so it changes nothing."""
        number = torch.arange(steps // self._held, device=index.device)[:, None]
        first = self._offsets[index][:, None]
        exists = number < self._offsets[index + 1][:, None] - first
        frame = torch.where(exists, first + number, 0)
        mask = exists.to(torch.float32)
        inputs = self._features[frame] * mask[..., None]
        targets = torch.where(exists, self._labels[frame], 0)
        inputs, targets, mask = (array.repeat_interleave(self._held, dim=1) for array in (inputs, targets, mask))
        return DeviceBatch(inputs, targets, mask, self._held)


class _Sums(NamedTuple):
    """What batches add up to, per replica; float64."""

    loss: Tensor  # over the steps that count
    steps: Tensor
    right: Tensor
    decisions: Tensor
    spikes: list[Tensor]  # (R, N_l) per hidden layer


class _State(NamedTuple):
    """What training changes, in place: weights and both moments by name, and the sums of the present epoch."""

    model: passes.Model
    weights: dict[str, Tensor]  # all that learn: the model's, and adaptive feedback
    first: dict[str, Tensor]
    second: dict[str, Tensor]
    sums: _Sums


def train_many(
    networks: Sequence[Network],
    dataset: Dataset,
    training: np.ndarray,
    validation: np.ndarray,
    rule: Rule,
    optimisation: Optimisation,
    seeds: Sequence[int],
    device: Device,
    report: Callable[[int, Epoch], None] = lambda run, epoch: None,
) -> list[Trained]:
    """Train a copy of every network; return what ``learning.training.train`` does, for each.

    ``networks``: of equal shape, dynamics and spike function. ``training``, ``validation``: sample indices, the same
    for all runs or a row for each (runs on samples of their own, such as poisoned copies, share one data set).
    ``report`` is told the run, from 0, and its epoch.
    """
    training, validation = (
        np.broadcast_to(part, (len(networks), np.shape(part)[-1])) for part in (training, validation)
    )
    data = _on_device(dataset, device)
    state = _initial_state(networks, rule, device, columns_first=isinstance(dataset, EventDataset))
    weights, size = state.weights, optimisation.batch_size

    def learn(steps: int, index: Tensor, adam_step: Tensor, arrives: Tensor) -> None:
        _learn(state, data.batch(index, steps), rule, optimisation, adam_step, arrives)

    def judge(steps: int, index: Tensor) -> None:
        _judge(state, data.batch(index, steps), optimisation)

    learn, judge = (replayed(step, device) for step in (learn, judge))
    always = device.tensor(np.ones((1, 1, 1), np.float32))  # where the error arrives at every step
    adam_steps = enumerate(_adam_steps(optimisation, math.ceil(training.shape[1] / size), device))
    orders = [generator(seed, "order") for seed in seeds]
    curves: list[list[Epoch]] = [[] for _ in networks]
    best = {name: weight.clone() for name, weight in weights.items()}
    kept, milestones = milestone_epochs(optimisation.epochs), {0: _on_host(weights)}
    for number in range(1, optimisation.epochs + 1):
        order = np.stack([one.permutation(samples) for one, samples in zip(orders, training, strict=True)])
        for steps, index in _batches(data, order, size, device):
            done, adam_step = next(adam_steps)
            arrives = always
            if rule.taught < 1:
                drawn = [arrivals(rule, seed, done, steps, index.shape[1]) for seed in seeds]
                arrives = device.tensor(np.stack(drawn))
            learn(steps, index, adam_step, arrives)
        learned = _take(state.sums)
        for steps, index in _batches(data, validation, size, device):
            judge(steps, index)
        judged = _take(state.sums)
        for run, curve in enumerate(curves):
            (train_loss, train_accuracy, _), on_validation = learned[run], judged[run]
            epoch = Epoch(number, train_loss, train_accuracy, *on_validation, _alignments(state.model, rule, run))
            curve.append(epoch)
            report(run, epoch)
            if chosen_epoch(curve) is epoch:
                for name, weight in weights.items():
                    best[name][run] = weight[run]
        if number in kept:
            milestones[number] = _on_host(weights)
    chosen = _on_host(best)
    return [
        Trained(
            _network(one, chosen, run),
            curves[run],
            {number: _network(one, arrays, run) for number, arrays in milestones.items()},
        )
        for run, one in enumerate(networks)
    ]


def _on_host(weights: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """Copies of what is on the device; training changes that in place."""
    return {name: np.array(weight.cpu().numpy(), order="C") for name, weight in weights.items()}


def _network(first: Network, arrays: dict[str, np.ndarray], run: int) -> Network:
    return with_weights(first, {name: array[run] for name, array in arrays.items()})


def _alignments(model: passes.Model, rule: Rule, run: int) -> tuple[float, ...]:
    kinds = ({name: one[run].cpu().numpy() for name, one in kind.items()} for kind in (model.weights, model.feedback))
    return alignments(rule, *kinds)


def _batches(data: DeviceData, samples: np.ndarray, size: int, device: Device) -> Iterator[tuple[int, Tensor]]:
    """Steps and indices (R, size) of the batches of ``samples`` (R, any number), in order."""
    on_device = device.copy(samples)
    for start in range(0, samples.shape[1], size):
        part = slice(start, start + size)
        yield data.steps(samples[:, part]), on_device[:, part]


def _on_device(dataset: Dataset, device: Device) -> DeviceData:
    if isinstance(dataset, EventDataset):
        return _Recordings(dataset, device)
    assert isinstance(dataset, FrameDataset)
    return _Utterances(dataset, device)


def _initial_state(networks: Sequence[Network], rule: Rule, device: Device, *, columns_first: bool) -> _State:
    """Weights of all networks on the device; ``columns_first``: W_1 laid out by column, as event input reads it."""
    one = networks[0]
    if any((other.dynamics, other.spike) != (one.dynamics, one.spike) for other in networks):
        raise ValueError("networks that are trained in lockstep share dynamics and spike function")
    forward, feedback = (
        {name: device.tensor(np.stack([getattr(network, kind)[name] for network in networks])) for name in named}
        for kind, named in (("weights", one.weights), ("feedback", one.feedback))
    )
    if columns_first:
        forward["W1"] = forward["W1"].mT.contiguous().mT
    model = passes.Model(one.dynamics, one.spike, forward, feedback)
    weights = {**model.weights, **{name: model.feedback[name] for name in stands_for(rule, model.hidden)}}
    first, second = ({name: torch.zeros_like(w) for name, w in weights.items()} for _ in range(2))
    loss, steps, right, decisions = (
        torch.zeros(len(networks), dtype=torch.float64, device=device.device) for _ in range(4)
    )
    spikes = [torch.zeros_like(model.weights[f"W{layer}"][..., 0], dtype=torch.float64) for layer in model.hidden]
    return _State(model, weights, first, second, _Sums(loss, steps, right, decisions, spikes))


def _adam_steps(optimisation: Optimisation, batches_per_epoch: int, device: Device) -> Tensor:
    """The factors of every step of training, (steps, 2)."""
    total = optimisation.epochs * batches_per_epoch
    rates = (cosine(optimisation.learning_rate, done, total) for done in range(total))
    return device.tensor(
        np.array([AdamStep(rate / (1 - FIRST**n), 1 / math.sqrt(1 - SECOND**n)) for n, rate in enumerate(rates, 1)])
    )


def _learn(
    state: _State, batch: DeviceBatch, rule: Rule, optimisation: Optimisation, step: Tensor, arrives: Tensor
) -> None:
    """One step of training of all runs; ``arrives``: 1 where the rule's error does."""
    model = state.model
    simulation = passes.forward(model, batch.inputs)
    value, derivative = LOSSES[optimisation.loss](simulation.readout, batch.targets)
    told = batch.mask * arrives
    told = torch.where(told.sum(dim=(1, 2), keepdim=True) > 0, told, batch.mask)
    weight = (told / told.sum(dim=(1, 2), keepdim=True))[..., None]
    local = []
    if rule.layers_have_losses:
        for layer in model.hidden:
            readout = passes.product(simulation.spikes[layer - 1], model.feedback[f"B{layer}"].mT)
            local.append(LOSSES[own_loss(rule, optimisation.local_loss)](readout, batch.targets)[1] * weight)
    gradients, _ = passes.backward(model, simulation, derivative * weight, local, rule)
    pairs = stands_for(rule, model.hidden)
    for name, gradient in (gradients | {B: gradients[W] for B, W in pairs.items()}).items():
        optimiser.update(state.weights[name], gradient, state.first[name], state.second[name], step)
    for B, W in pairs.items():
        state.weights[B].mul_(1 - rule.decay)
        state.weights[W].mul_(1 - rule.decay)
    _add(state.sums, simulation, value, batch)


def _judge(state: _State, batch: DeviceBatch, optimisation: Optimisation) -> None:
    """Add up a batch's loss and activity."""
    simulation = passes.forward(state.model, batch.inputs)
    value, _ = LOSSES[optimisation.loss](simulation.readout, batch.targets)
    _add(state.sums, simulation, value, batch)
    for total, spikes in zip(state.sums.spikes, simulation.spikes, strict=True):
        total += passes.spike_counts(spikes, batch.mask.to(spikes))


def _add(sums: _Sums, simulation: passes.Simulation, value: Tensor, batch: DeviceBatch) -> None:
    d = batch.steps_per_decision
    averaged = simulation.readout.unflatten(1, (-1, d)).mean(dim=2)
    counted = batch.mask[:, ::d] > 0
    right = (averaged.argmax(dim=-1) == batch.targets[:, ::d]) & counted
    sums.loss.add_((value * batch.mask).sum(dim=(1, 2)))
    sums.steps.add_(batch.mask.sum(dim=(1, 2)))
    sums.right.add_(right.sum(dim=(1, 2)))
    sums.decisions.add_(counted.sum(dim=(1, 2)))


def _take(sums: _Sums) -> list[tuple[float, float, tuple[float, ...]]]:
    """Loss, accuracy and firing rate of every hidden layer, per run; the sums start anew."""
    rates = torch.stack([(spikes / sums.steps[:, None]).mean(dim=1) for spikes in sums.spikes], dim=1)
    columns = [column.tolist() for column in (sums.loss / sums.steps, sums.right / sums.decisions, rates)]
    for total in (sums.loss, sums.steps, sums.right, sums.decisions, *sums.spikes):
        total.zero_()
    return [(loss, accuracy, tuple(of_layers)) for loss, accuracy, of_layers in zip(*columns, strict=True)]


def _one_hot(y: Tensor, targets: Tensor) -> Tensor:
    return (targets[..., None] == torch.arange(y.shape[-1], device=y.device)).to(y.dtype)


def cross_entropy(y: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """See ``losses.cross_entropy``; ``y``: (R, T, B, classes)."""
    logarithms = torch.log_softmax(y, dim=-1)
    return -logarithms.gather(-1, targets[..., None])[..., 0], logarithms.exp() - _one_hot(y, targets)


def squared_error(y: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """See ``losses.squared_error``."""
    difference = y - _one_hot(y, targets)
    return 0.5 * difference.square().sum(dim=-1), difference


def smooth_l1(y: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """See ``losses.smooth_l1``."""
    difference = y - _one_hot(y, targets)
    size = difference.abs()
    value = torch.where(size < 1, 0.5 * difference.square(), size - 0.5).sum(dim=-1)
    return value, difference.clamp(-1, 1)


def target_projection(y: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """See ``losses.target_projection``."""
    return -y.gather(-1, targets[..., None])[..., 0], -_one_hot(y, targets)


LOSSES = dict(zip(NAMES, (cross_entropy, squared_error, smooth_l1, target_projection), strict=True))
