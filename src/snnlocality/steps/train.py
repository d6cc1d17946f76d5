"""Train one run: one task, rule, architecture, fold and seed."""

import csv
import io
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from snnlocality import registry
from snnlocality.data.batches import Dataset, load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.errors import UserError
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.training import (
    FORGETFUL,
    Epoch,
    Keeper,
    Optimisation,
    Trained,
    chosen_epoch,
    milestone_epochs,
    train,
)
from snnlocality.network import Network, Shape, matched_feedforward
from snnlocality.neurons.lif import Dynamics, adaptive, dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.registry import RULES
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.tensors import read_tensors, write_tensors

Report = Callable[[Epoch], None]


def run(job: Job, engine: Engine, report: Report, keepers: Callable[[str], Keeper]) -> None:
    """Train one run; write its model, training curve and milestones."""
    dataset, parts = load(job.inputs["data"], job.settings["fold"])
    trained = fit(job.settings, dataset, parts, job.settings["seed"], engine, report, keepers(""))
    write_trained(job.outputs, trained)


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


def curve_table(curve: list[Epoch]) -> str:
    """The training curve as CSV, a row per epoch; ``chosen`` marks the epoch whose weights are kept.

    Angles between feedback and forward weights have columns where a rule has such feedback.
    """
    text = io.StringIO()
    figures = [name for name in Epoch._fields[1:] if not isinstance(getattr(curve[0], name), tuple)]
    of_layers = {"firing_rate": "firing_rates", "alignment": "alignments"}
    columns = [f"{column}_{n}" for column, name in of_layers.items() for n, _ in enumerate(getattr(curve[0], name), 1)]
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["epoch", *figures, "chosen", *columns])
    best = chosen_epoch(curve)
    for epoch in curve:
        values = [f"{getattr(epoch, name):.6g}" for name in figures]
        by_layer = [f"{value:.6g}" for name in of_layers.values() for value in getattr(epoch, name)]
        table.writerow([epoch.epoch, *values, epoch is best, *by_layer])
    return text.getvalue()


def write_trained(outputs: Mapping[str, Path], trained: Trained) -> None:
    """Write what a training leaves: model, training curve and milestones."""
    save_model(outputs["model"], trained.network)
    write_text(outputs["curve"], curve_table(trained.curve))
    write_tensors(
        outputs["milestones"],
        {
            f"{epochs} {name}": array
            for epochs, one in trained.milestones.items()
            for name, array in _arrays(one).items()
        },
    )


def save_model(path: Path, network: Network) -> None:
    """Write a network's weights, trained and fixed."""
    write_tensors(path, _arrays(network))


def _arrays(network: Network) -> dict[str, np.ndarray]:
    return {**network.weights, **network.feedback}


def load_model(path: Path, settings: dict[str, Any], dataset: Dataset) -> Network:
    """The network of a finished run; raises UserError if the file holds one of another shape, or none."""
    return _network(read_tensors(path)[0], path, settings, dataset)


def load_milestones(path: Path, settings: dict[str, Any], dataset: Dataset) -> dict[int, Network]:
    """A finished run's networks by the epochs of its training that were done; raises UserError as ``load_model``."""
    arrays, _ = read_tensors(path)
    milestones = {
        epochs: {name.removeprefix(f"{epochs} "): arrays[name] for name in arrays if name.startswith(f"{epochs} ")}
        for epochs in milestone_epochs(settings["epochs"])
    }
    if sum(map(len, milestones.values())) != len(arrays):
        raise _of_another_run(path)
    return {epochs: _network(own, path, settings, dataset) for epochs, own in milestones.items()}


def _network(arrays: dict[str, np.ndarray], path: Path, settings: dict[str, Any], dataset: Dataset) -> Network:
    neuron, shape = settings["neuron"], shape_of(settings, dataset)
    weights = {name: np.array(array) for name, array in arrays.items() if name in shape.matrices}
    feedback = {name: np.array(array) for name, array in arrays.items() if name not in weights}
    if (
        {name: array.shape for name, array in weights.items()} != shape.matrices
        or not all(_carries_feedback(name, array, shape) for name, array in feedback.items())
        or any(array.dtype != np.float32 for array in arrays.values())
    ):
        raise _of_another_run(path)
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise UserError(f"{path} holds weights that are no numbers; delete it and run the workflow again.")
    spike = spiking(neuron["surrogate"], settings["slope"])
    return Network(dynamics_of(settings, dataset), spike, weights, feedback)


def _of_another_run(path: Path) -> UserError:
    return UserError(f"{path} holds another network than its run's; delete it and run the workflow again.")


def _carries_feedback(name: str, array: np.ndarray, shape: Shape) -> bool:
    """Whether it may be a matrix that ``learning.routing.draw_feedback`` draws."""
    for layer, (units, above) in enumerate(itertools.pairwise((*shape.hidden, shape.classes)), start=1):
        if name == f"B{layer}":
            return array.shape in ((shape.classes, units), (above, units))
        if name == f"R{layer}":
            return array.shape == (units, units)
    return False
