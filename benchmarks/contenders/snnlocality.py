"""This package, from packed events to updated weights; the variant names the engine."""

from importlib.metadata import PackageNotFoundError, version

import numpy as np

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from snnlocality import registry
from snnlocality.data.batches import EventDataset
from snnlocality.engines.choice import choose
from snnlocality.learning.adam import Adam
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.training import training_step
from snnlocality.network import Network
from snnlocality.neurons.lif import Dynamics
from snnlocality.neurons.spikes import spiking


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``. A timed step starts from packed events and indices of recordings."""
    engine = choose(options.variant, threads=options.threads)
    dataset = EventDataset(case.units, case.offsets, case.labels, case.steps, case.step_ms, case.inputs, case.classes)
    rule = registry.load("snnlocality.learning.rules", options.rule)
    optimisation = Optimisation("cross_entropy", "smooth_l1", 1, case.batches.shape[1], case.learning_rate)

    def start() -> tuple[Network, Adam]:
        neuron = Dynamics(case.alpha, case.beta, case.kappa, case.theta)
        weights = engine.place(case.weights)
        return Network(neuron, spiking("fast_sigmoid", case.slope), weights, case.feedback), Adam(weights, engine.adam)

    network, adam = start()

    def restore() -> None:
        nonlocal adam
        for name, weight in network.weights.items():
            weight[...] = case.weights[name]
        adam = Adam(network.weights, engine.adam)

    def step(recordings: np.ndarray) -> float:
        batch = dataset.batch(recordings)
        loss, _ = training_step(network, batch, rule, optimisation, engine, adam, case.learning_rate)
        return loss

    def evaluate(recordings: np.ndarray) -> tuple[np.ndarray, list[float]]:
        traces = engine.forward(network, dataset.batch(recordings).inputs)
        return np.asarray(traces.readout), [float(layer.mean()) for layer in traces.spikes]

    def prepare(recordings: np.ndarray) -> np.ndarray:
        return recordings

    return Contender(prepare, step, restore, evaluate, {"snnlocality": _version()}, "")


def _version() -> str:
    try:
        return version("snnlocality")
    except PackageNotFoundError:  # run from the repository (``benchmarks.cards``)
        return "not installed"
