"""Train one run: one task, rule, architecture, fold and seed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan, registry
from snnlocality.data.batches import Dataset, load
from snnlocality.data.splits import Part
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.training import Epoch, Optimisation, chosen_epoch, train
from snnlocality.network import Network, Shape, matched_feedforward
from snnlocality.neurons.lif import Dynamics, dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.provenance.records import recorded
from snnlocality.storage import read_tensors, write_tensors, write_text

Report = Callable[[Epoch], None]


def train_run(
    parameters: params.Parameters,
    task: str,
    rule: str,
    architecture: str,
    fold: int,
    seed: int,
    report: Report,
) -> Path:
    """Train one run; write its model and training curve, and return its folder."""
    run = plan.train(parameters, task, rule, architecture, fold, seed)
    model_path, curve_path = run.outputs
    with recorded(run):
        dataset, parts = load(run.made[0], fold)
        network, curve = fit(run.settings, dataset, parts, seed, report)
        save_model(model_path, network)
        write_text(curve_path, curve_table(curve).to_csv(index=False, float_format="%.6g"))
    return model_path.parent


def fit(
    settings: dict[str, Any], dataset: Dataset, parts: dict[Part, np.ndarray], seed: int, report: Report
) -> tuple[Network, list[Epoch]]:
    """Initialise and train a network by ``parameters.train_settings``; the test part is not touched."""
    rule = registry.load(params.RULES, settings["rule"]).RULE
    engine = ReferenceEngine()
    optimisation = optimisation_of(settings)
    first = dataset.batch(parts[Part.TRAIN][: optimisation.batch_size])
    neuron = settings["neuron"]
    network = initial_network(
        shape_of(settings, dataset),
        dynamics_of(settings, dataset),
        spiking(neuron["surrogate"], settings["slope"]),
        rule,
        first,
        engine,
        seed,
        neuron["drive"],
        neuron["recurrent_drive"],
        neuron["readout_drive"],
    )
    return train(network, dataset, parts[Part.TRAIN], parts[Part.VALIDATION], rule, optimisation, engine, seed, report)


def optimisation_of(settings: dict[str, Any]) -> Optimisation:
    """How a run with these settings is trained."""
    names = ("loss", "local_loss", "epochs", "batch_size", "learning_rate")
    return Optimisation(**{name: settings[name] for name in names})


def shape_of(settings: dict[str, Any], dataset: Dataset) -> Shape:
    """Numbers of units of a run's network."""
    recurrent = settings["architecture"] != "ff"
    shape = Shape(dataset.inputs, tuple(settings["hidden"]), dataset.classes, recurrent)
    return matched_feedforward(shape) if settings["architecture"] == "ff_matched" else shape


def dynamics_of(settings: dict[str, Any], dataset: Dataset) -> Dynamics:
    """Decay factors of a run's neurons; they follow from the duration of a simulation step."""
    tau = settings["time_constants_ms"]
    return dynamics(dataset.step_ms, tau["synapse"], tau["membrane"], tau["readout"], settings["neuron"]["threshold"])


def curve_table(curve: list[Epoch]) -> pd.DataFrame:
    """The training curve, a row per epoch; ``chosen`` marks the epoch whose weights are kept."""
    table = pd.DataFrame([epoch._asdict() for epoch in curve])
    table["chosen"] = [epoch is chosen_epoch(curve) for epoch in curve]
    rates = np.array(table.pop("firing_rates").tolist())
    for layer in range(rates.shape[1]):
        table[f"firing_rate_{layer + 1}"] = rates[:, layer]
    return table


def save_model(path: Path, network: Network) -> None:
    """Write a network's weights, trained and fixed."""
    write_tensors(path, {**network.weights, **network.feedback})


def load_model(path: Path, settings: dict[str, Any], dataset: Dataset) -> Network:
    """The network of a finished run."""
    arrays, _ = read_tensors(path)
    neuron = settings["neuron"]
    return Network(
        dynamics_of(settings, dataset),
        spiking(neuron["surrogate"], settings["slope"]),
        {name: np.array(array) for name, array in arrays.items() if not name.startswith("B")},
        {name: np.array(array) for name, array in arrays.items() if name.startswith("B")},
    )
