"""From a run's settings (``parameters.train_settings``) to its network and its training."""

from collections.abc import Callable
from typing import Any

import numpy as np

from snnlocality import registry
from snnlocality.data.batches import Dataset
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.training import FORGETFUL, Epoch, Keeper, Optimisation, Trained, train
from snnlocality.network import Network, Shape, matched_feedforward
from snnlocality.neurons.lif import Dynamics, adaptive, dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.registry import RULES

Report = Callable[[Epoch], None]


def fit(
    settings: dict[str, Any],
    dataset: Dataset,
    parts: dict[Part, np.ndarray],
    seed: int,
    engine: Engine,
    report: Report,
    keeper: Keeper = FORGETFUL,
) -> Trained:
    """Initialise and train a network by ``parameters.train_settings``; the test part is not touched."""
    network = first_network(settings, dataset, parts, seed, engine)
    rule, optimisation = registry.load(RULES, settings["rule"]).RULE, optimisation_of(settings)
    training, validation = parts[Part.TRAIN], parts[Part.VALIDATION]
    return train(network, dataset, training, validation, rule, optimisation, engine, seed, report, keeper)


def first_network(
    settings: dict[str, Any], dataset: Dataset, parts: dict[Part, np.ndarray], seed: int, engine: Engine
) -> Network:
    """The network that a run's training starts from."""
    neuron = settings["neuron"]
    return initial_network(
        shape_of(settings, dataset),
        dynamics_of(settings, dataset),
        spiking(neuron["surrogate"], settings["slope"]),
        registry.load(RULES, settings["rule"]).RULE,
        dataset.batch(parts[Part.TRAIN][: settings["batch_size"]]),
        engine,
        seed,
        neuron["drive"],
        neuron["recurrent_drive"],
        neuron["readout_drive"],
    )


def optimisation_of(settings: dict[str, Any]) -> Optimisation:
    """How a run with these settings is trained."""
    names = ("loss", "local_loss", "epochs", "batch_size", "learning_rate")
    return Optimisation(**{name: settings[name] for name in names})


def shape_of(settings: dict[str, Any], dataset: Dataset) -> Shape:
    """Numbers of units of a run's network."""
    recurrent = settings["architecture"] != "ff"
    hidden = tuple(settings["hidden"])
    shape = Shape(dataset.inputs, hidden, dataset.classes, recurrent, settings["direct_readout"])
    return matched_feedforward(shape) if settings["architecture"] == "ff_matched" else shape


def dynamics_of(settings: dict[str, Any], dataset: Dataset) -> Dynamics:
    """Decay factors of a run's neurons; they follow from the duration of a simulation step."""
    neuron = settings["neuron"]
    leaky = dynamics(dataset.step_ms, settings["time_constants_ms"], neuron["threshold"])
    return adaptive(leaky, dataset.step_ms, neuron["adaptation"]["time_constant_ms"], neuron["adaptation"]["strength"])
