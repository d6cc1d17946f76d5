"""Attack the networks of one seed along signs that fool other networks, which need not know the attacked one."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from snnlocality.analysis import conversion
from snnlocality.attacks import counterpart
from snnlocality.data.batches import batches, load
from snnlocality.data.inputs import Batch, Driven, Events, at_all, weighed
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.gradients import constant_input_gradient
from snnlocality.learning.losses import LOSSES, judged
from snnlocality.network import Network
from snnlocality.neurons.spikes import PLAIN
from snnlocality.parameters import RunSettings
from snnlocality.runs.files import load_model
from snnlocality.runs.outcomes import write_outcomes
from snnlocality.storage import write_text
from snnlocality.study.axes import Values
from snnlocality.study.step import Job
from snnlocality.study.steps.transfer import Settings
from snnlocality.tensors import read_tensors

RELU, COUNTERPART = "relu", "counterpart"  # beside the other cells: a ReLU network, and the attacked network's own
_TOGETHER = 128

# A batch -> the signs (samples, inputs) that it is attacked along, and whether the source itself classifies it right.
Source = Callable[[Batch], tuple[np.ndarray, np.ndarray]]


def run(job: Job[Settings], engine: Engine, advance: Callable[[int, int], None]) -> None:
    """Write the accuracies by attacked cell, source and epsilon, with the source's own; which decisions were right."""
    settings = job.settings
    dataset, parts = load(job.file("data"), settings.relu.fold)

    def networks(files: dict[Values, Path], runs: dict[str, RunSettings]) -> dict[str, Network]:
        loaded = {
            f"{rule} {arch}": load_model(path, runs[f"{rule} {arch}"].network, dataset)
            for (rule, arch), path in files.items()
        }
        return {cell: replace(one, weights=engine.place(one.weights)) for cell, one in loaded.items()}

    attacked = networks(job.files("models"), settings.runs)
    weights, _ = read_tensors(job.file("relu"))
    relu = Network(
        conversion.INTEGRATE_AND_FIRE,
        PLAIN,
        {name: W for name, W in weights.items() if not name.startswith("scales_")},
        {},
    )
    sources = {RELU: without_time(relu)} | {
        cell: spiking(one, settings.sources[cell].optimisation.loss, engine)
        for cell, one in networks(job.files("sources"), settings.sources).items()
    }
    right = defaultdict[tuple[str, str, float], list[np.ndarray]](list)
    own = defaultdict[tuple[str, str], list[np.ndarray]](list)
    done, test = 0, parts[Part.TEST][: settings.attacked_samples]
    for batch in batches(dataset, test, _TOGETHER):
        assert isinstance(batch.inputs, Events)
        found = {name: source(batch) for name, source in sources.items()}
        for cell, network in attacked.items():
            drive = engine.drive(network, batch.inputs)
            for name, (signs, classified) in {**found, COUNTERPART: without_time(network)(batch)}.items():
                own[cell, name].append(classified)
                direction = at_all(len(drive), weighed(network.weights["W1"], signs))
                for epsilon in settings.epsilon:
                    answers = engine.forward(network, Driven(drive, direction, epsilon)).readout
                    right[cell, name, epsilon].append(judged(answers, batch)[0])
        done += batch.inputs.samples
        advance(done, len(test))
    outcomes = {key: np.concatenate(pieces) for key, pieces in right.items()}
    rows = [
        {
            "attacked": cell,
            "by": name,
            "epsilon": epsilon,
            "accuracy": found.mean(),
            "own_accuracy": np.concatenate(own[cell, name]).mean(),
        }
        for (cell, name, epsilon), found in outcomes.items()
    ]
    write_text(job.outputs["accuracies"], pd.DataFrame(rows).to_csv(index=False))
    by_name = {name_of(*key): found for key, found in outcomes.items()}
    write_outcomes(job.outputs["right"], by_name, np.ones(len(test)))


def name_of(cell: str, source: str, epsilon: float) -> str:
    """How the decisions of a cell attacked through a source are called."""
    return f"{cell} by {source} {epsilon:g}"


def spiking(network: Network, loss: str, engine: Engine) -> Source:
    """A spiking network: its white-box gradient by BPTT, constant in time, whatever rule trained it."""

    def source(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        gradient = constant_input_gradient(network, batch, LOSSES[loss], engine)
        return np.sign(gradient), judged(engine.forward(network, batch.inputs).readout, batch)[0]

    return source


def without_time(network: Network) -> Source:
    """A network's weights as those of ReLU units without time, V left out: ``attacks.counterpart``."""

    def source(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        r, labels = counterpart.mean_input(batch.inputs), batch.targets[0]
        signs = np.sign(counterpart.gradient(network, r, labels, 0))
        return signs, counterpart.readout(network, r, 0).argmax(axis=1) == labels

    return source
