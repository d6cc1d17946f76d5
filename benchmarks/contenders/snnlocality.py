"""This package, from packed events to updated weights; the variant names the engine."""

from importlib.metadata import PackageNotFoundError, version

import numpy as np

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from snnlocality import registry
from snnlocality.data.batches import Dataset, EventDataset, FrameDataset
from snnlocality.data.inputs import Batch
from snnlocality.engines.choice import choose
from snnlocality.learning.adam import Adam
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.training import training_step
from snnlocality.network import Network
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import spiking


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``. A timed step starts from packed events, or dense input as the others'."""
    engine = choose(options.variant, threads=options.threads)
    dataset = dataset_of(case)
    rule = registry.load("snnlocality.learning.rules", options.rule)
    optimisation = Optimisation("cross_entropy", "smooth_l1", 1, case.batches.shape[1], case.learning_rate)

    def start() -> tuple[Network, Adam]:
        neuron = Leaky(case.alpha, case.beta, case.kappa, case.theta)
        weights = engine.place(case.weights)
        return Network(neuron, spiking("fast_sigmoid", case.slope), weights, case.feedback), Adam(weights, engine.adam)

    network, adam = start()

    def restore() -> None:
        nonlocal adam
        for name, weight in network.weights.items():
            weight[...] = case.weights[name]
        adam = Adam(network.weights, engine.adam)

    def step(batch: Batch) -> float:
        loss, _ = training_step(network, batch, rule, optimisation, engine, adam, case.learning_rate)
        return loss

    def evaluate(batch: Batch) -> tuple[np.ndarray, list[float]]:
        traces = engine.forward(network, batch.inputs)
        return np.asarray(traces.readout), [float(layer.mean()) for layer in traces.spikes]

    return Contender(dataset.batch, step, restore, evaluate, {"snnlocality": _version()}, "")


def dataset_of(case: Case) -> Dataset:
    """The case's recordings, as this package keeps such data."""
    if not len(case.currents):
        return EventDataset(case.units, case.offsets, case.labels, case.steps, case.step_ms, case.inputs, case.classes)
    # As sequences of frames, normalised already.
    features, labels = case.currents.reshape(-1, case.inputs), np.repeat(case.labels, case.steps)
    offsets = case.steps * np.arange(len(case.labels) + 1)
    mean, scale = np.zeros(case.inputs, np.float32), np.ones(case.inputs, np.float32)
    return FrameDataset(features, labels, offsets, 1, case.classes, mean, scale)


def _version() -> str:
    try:
        return version("snnlocality")
    except PackageNotFoundError:  # run from the repository (``benchmarks.cards``)
        return "not installed"
