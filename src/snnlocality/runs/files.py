"""What a training leaves as files, and networks read back from them."""

import csv
import io
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from snnlocality.data.batches import Dataset
from snnlocality.errors import UserError
from snnlocality.learning.training import Epoch, Trained, chosen_epoch, milestone_epochs
from snnlocality.network import Network, Shape
from snnlocality.parameters import NetworkSettings, RunSettings
from snnlocality.runs.training import dynamics_of, shape_of, spike_of
from snnlocality.storage import write_text
from snnlocality.tensors import read_tensors, write_tensors


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


def save_model(path: Path, network: Network) -> None:
    """Write a network's weights, trained and fixed."""
    write_tensors(path, _arrays(network))


def _arrays(network: Network) -> dict[str, np.ndarray]:
    return {**network.weights, **network.feedback}


def load_model(path: Path, settings: NetworkSettings, dataset: Dataset) -> Network:
    """The network of a finished run; raises UserError if the file holds one of another shape, or none."""
    return _network(read_tensors(path)[0], path, settings, dataset)


def load_milestones(path: Path, settings: RunSettings, dataset: Dataset) -> dict[int, Network]:
    """A finished run's networks by the epochs of its training that were done; raises UserError as ``load_model``."""
    arrays, _ = read_tensors(path)
    milestones = {
        epochs: {name.removeprefix(f"{epochs} "): arrays[name] for name in arrays if name.startswith(f"{epochs} ")}
        for epochs in milestone_epochs(settings.optimisation.epochs)
    }
    if sum(map(len, milestones.values())) != len(arrays):
        raise _of_another_run(path)
    return {epochs: _network(own, path, settings.network, dataset) for epochs, own in milestones.items()}


def _network(arrays: dict[str, np.ndarray], path: Path, settings: NetworkSettings, dataset: Dataset) -> Network:
    shape = shape_of(settings, dataset)
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
    return Network(dynamics_of(settings, dataset), spike_of(settings), weights, feedback)


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
