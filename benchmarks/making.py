"""Making the cases: the digits as the simulated event camera sees them, or noise; weights of a given firing rate."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.case import Case
from benchmarks.contenders.snnlocality import dataset_of
from snnlocality.data.batches import Dataset, EventDataset, load
from snnlocality.data.splits import Part
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.rules.decolle import RULE as DECOLLE
from snnlocality.network import Network, Shape
from snnlocality.neurons.lif import Leaky, dynamics
from snnlocality.neurons.spikes import spiking

STEP_MS = 3.0
STEPS = 100
TIME_CONSTANTS_MS = {"synapse": 10, "membrane": 20, "readout": 100}
SEED = 0


class Setting(NamedTuple):
    """What may vary from case to case; the defaults are the case of the main table."""

    recurrent: bool
    hidden: tuple[int, ...] = (120, 84)
    steps: int = STEPS
    events: float = 1.0  # events kept or superimposed, relative to the recordings
    batch_size: int = 128
    firing_rate: float = 0.075  # mean over the hidden layers at the start
    batches: int = 3


def digits() -> tuple[EventDataset, dict[Part, np.ndarray]]:
    """All digits as binned event recordings, and the parts of the study's division."""
    # A machine that makes no digits (``benchmarks.cards``) need not have what makes them.
    from snnlocality.data.source import opened
    from snnlocality.data.vision.convert import convert
    from snnlocality.parameters.model import Recordings, Split
    from snnlocality.tensors import write_tensors

    split = Split(folds=1, test_share=0.2, validation_share=0.15)
    settings = Recordings(source="digits", steps=STEPS, duration_ms=STEPS * STEP_MS, counts=False, split=split)
    with opened("digits") as source, tempfile.TemporaryDirectory() as folder:
        arrays, metadata = convert(source, settings, 1.0, lambda done, count: None)
        write_tensors(Path(folder) / "data.safetensors", arrays, metadata)
        return load(Path(folder) / "data.safetensors", 0)


def noise(setting: Setting, events: int, recordings: int, inputs: int = 2312, classes: int = 10) -> EventDataset:
    """Recordings of so many events each, without meaning: what a step costs depends on no more than their number."""
    random, rows = np.random.default_rng(SEED), recordings * setting.steps
    active = random.random((rows, inputs)) < events / (setting.steps * inputs)
    offsets = np.concatenate([[0], np.cumsum(active.sum(axis=1))])
    labels = random.integers(classes, size=recordings).astype(np.uint8)
    units = np.nonzero(active)[1].astype(np.uint16)
    return EventDataset(units, offsets, labels, setting.steps, STEP_MS, inputs, classes)


def make(setting: Setting, dataset: EventDataset, parts: dict[Part, np.ndarray]) -> Case:
    """The case of this setting, on the digits or on a variation of them."""
    training, test = parts[Part.TRAIN], parts[Part.TEST]
    random = np.random.default_rng(SEED)
    order = np.concatenate([random.permutation(training) for _ in range(setting.batches)])
    batches = order[: setting.batches * setting.batch_size].reshape(setting.batches, setting.batch_size)
    varied = with_steps(with_events(dataset, setting.events, random), setting.steps)
    none = np.zeros((0, varied.steps, varied.inputs), np.float32)
    data = _Data(varied.units, varied.offsets, none, varied.labels, varied.inputs, varied.classes)
    return _case(setting, data, batches, training, test)


def one_layer(width: int) -> Case:
    """That of Open Neuromorphic's benchmark: as many inputs as leaky neurons, 16 samples of 500 steps of noise.

    The noise is Gaussian, so input is dense. A readout of ten classes follows, which theirs has not.
    """
    setting = Setting(recurrent=False, hidden=(width,), steps=500, batch_size=16, batches=1)
    random = np.random.default_rng(SEED)
    currents = random.standard_normal((setting.batch_size, setting.steps, width), np.float32)
    labels = random.integers(10, size=setting.batch_size).astype(np.uint8)
    data = _Data(np.zeros(0, np.uint16), np.zeros(1, np.int64), currents, labels, width, 10)
    all_of_it = np.arange(setting.batch_size)
    return _case(setting, data, all_of_it[None], all_of_it, all_of_it)


class _Data(NamedTuple):
    """What a case has of its recordings."""

    units: np.ndarray
    offsets: np.ndarray
    currents: np.ndarray
    labels: np.ndarray
    inputs: int
    classes: int


def _case(setting: Setting, data: _Data, batches: np.ndarray, training: np.ndarray, test: np.ndarray) -> Case:
    """The case of these data, with initial weights."""
    alpha, beta, kappa, theta, *_ = neuron = dynamics(STEP_MS, TIME_CONSTANTS_MS, theta=1.0)
    case = Case(
        **data._asdict(),
        batches=batches,
        training=training,
        test=test,
        weights={},
        feedback={},
        steps=setting.steps,
        step_ms=STEP_MS,
        alpha=alpha,
        beta=beta,
        kappa=kappa,
        theta=theta,
        slope=10.0,
        learning_rate=0.001,
    )
    network = network_with_rate(setting, neuron, dataset_of(case), batches[0])
    return case._replace(weights=dict(network.weights), feedback=dict(network.feedback))


def network_with_rate(setting: Setting, neuron: Leaky, dataset: Dataset, recordings: np.ndarray) -> Network:
    """Initial weights whose scale gives the setting's firing rate on these recordings, found by bisection."""
    engine = ReferenceEngine()
    batch = dataset.batch(recordings[:32])
    shape = Shape(dataset.inputs, setting.hidden, dataset.classes, setting.recurrent)

    def scaled(drive: float) -> Network:
        spike = spiking("fast_sigmoid", 10.0)
        return initial_network(shape, neuron, spike, DECOLLE, batch, engine, SEED, drive, 0.3, 0.5)

    low, high = 0.8, 60.0
    for _ in range(8):
        drive = float(np.sqrt(low * high))
        spikes = engine.forward(scaled(drive), batch.inputs).spikes
        rate = np.mean([layer.mean() for layer in spikes])
        low, high = (drive, high) if rate < setting.firing_rate else (low, drive)
    return scaled(float(np.sqrt(low * high)))


def with_steps(dataset: EventDataset, steps: int) -> EventDataset:
    """Recordings cut after ``steps`` steps, or repeated until they last as long: events per step stay as they are."""
    if steps == dataset.steps:
        return dataset
    rows = (np.arange(len(dataset))[:, None] * dataset.steps + np.arange(steps) % dataset.steps).ravel()
    counts = np.diff(dataset.offsets)[rows]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    units = dataset.units[np.arange(offsets[-1]) + np.repeat(dataset.offsets[rows] - offsets[:-1], counts)]
    return _like(dataset, units, offsets, steps)


def with_events(dataset: EventDataset, share: float, random: np.random.Generator) -> EventDataset:
    """Recordings thinned to a random ``share`` of their events, or with those of others laid over them (share > 1)."""
    if share == 1:
        return dataset
    row = np.repeat(np.arange(len(dataset.offsets) - 1), np.diff(dataset.offsets))
    keys = [row * dataset.inputs + dataset.units]
    total = len(dataset.offsets) - 1
    for shift in range(1, int(np.ceil(share))):
        keys.append((row + shift * dataset.steps) % total * dataset.inputs + dataset.units)
    merged = np.unique(np.concatenate(keys))
    kept = np.sort(random.choice(merged, min(len(merged), round(share * len(row))), replace=False))
    row, unit = np.divmod(kept, dataset.inputs)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=total))]).astype(np.int64)
    return _like(dataset, unit.astype(np.uint16), offsets, dataset.steps)


def _like(dataset: EventDataset, units: np.ndarray, offsets: np.ndarray, steps: int) -> EventDataset:
    return EventDataset(units, offsets, dataset.labels, steps, dataset.step_ms, dataset.inputs, dataset.classes)
