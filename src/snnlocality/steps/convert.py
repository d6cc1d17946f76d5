"""Train a ReLU network on inputs averaged over time, convert it to spiking ones, and measure these over time."""

import math

import numpy as np
import pandas as pd
import torch

from snnlocality.analysis import conversion
from snnlocality.data.batches import EventDataset, batches, load
from snnlocality.data.inputs import Events, Inputs
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning import adam
from snnlocality.network import Network, Weights, draw_weights
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import SpikeFunction
from snnlocality.runs.training import leaky_of, shape_of, spike_of
from snnlocality.seeds import generator
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.convert import Settings
from snnlocality.tensors import write_tensors

PRESENTATIONS = ("events", "constant current")


def run(job: Job[Settings], engine: Engine) -> None:
    """Write the ReLU network's weights, the scales of every balance, and the accuracies over time."""
    settings = job.settings
    dataset, parts = load(job.file("data"), settings.fold)
    assert isinstance(dataset, EventDataset)
    weights = trained_relu(settings, dataset, parts)
    spike = spike_of(settings.network)
    scales = balances(settings, weights, dataset, parts[Part.TRAIN], spike, engine)
    write_tensors(job.outputs["relu"], {**weights, **{f"scales_{name}": np.array(s) for name, s in scales.items()}})
    test = parts[Part.TEST]
    counts, labels = dataset.without_time(test)
    relu = float((conversion.readout(weights, counts / dataset.steps).argmax(axis=1) == labels).mean())
    rows = [{"network": "ReLU", "neuron": "", "balance": "", "input": "", "step": 0, "accuracy": relu}]
    for name, scale in scales.items():
        for neuron, (scaled, dynamics) in converted(weights, scale, leaky_of(settings.network, dataset)).items():
            network = Network(dynamics, spike, scaled, {})
            for presentation in PRESENTATIONS:
                over_time = accuracy_over_time(network, dataset, test, settings, presentation, engine)
                rows += [
                    {
                        "network": "converted",
                        "neuron": neuron,
                        "balance": name,
                        "input": presentation,
                        "step": step,
                        "accuracy": accuracy,
                    }
                    for step, accuracy in over_time.items()
                ]
    write_text(job.outputs["accuracies"], pd.DataFrame(rows).to_csv(index=False))


def converted(weights: Weights, scales: list[float], dynamics: Leaky) -> dict[str, tuple[Weights, Leaky]]:
    """By the neuron's name, the balanced weights and dynamics: integrate-and-fire, and the study's leaky neuron."""
    scaled = conversion.balanced(weights, scales)
    return {"IF": (scaled, conversion.INTEGRATE_AND_FIRE), "LIF": conversion.leaky(scaled, dynamics)}


def balances(
    settings: Settings,
    weights: Weights,
    dataset: EventDataset,
    training: np.ndarray,
    spike: SpikeFunction,
    engine: Engine,
) -> dict[str, list[float]]:
    """Scales of the hidden layers by every way to balance, on training samples."""
    samples = training[: settings.conversion.balance_samples]
    r = dataset.without_time(samples)[0] / dataset.steps
    return {
        "data-based": conversion.data_based(weights, r),
        "percentile": conversion.percentile(weights, r, settings.conversion.percentile),
        "spike-norm": conversion.spike_norm(weights, dataset.batch(samples).inputs, spike, engine),
    }


def accuracy_over_time(
    network: Network, dataset: EventDataset, indices: np.ndarray, settings: Settings, presentation: str, engine: Engine
) -> dict[int, float]:
    """Accuracy by the readout accumulated until each of some steps: 1, 2, 4, ... and the last."""
    last = dataset.steps if presentation == "events" else settings.conversion.steps
    steps = sorted({2**n for n in range(last.bit_length()) if 2**n <= last} | {last})
    right = dict.fromkeys(steps, 0)
    for batch in batches(dataset, indices, settings.batch_size):
        inputs: Inputs = batch.inputs
        if presentation != "events":
            assert isinstance(inputs, Events)
            inputs = conversion.constant(network.weights, inputs.counts() / dataset.steps, last)
        y = engine.forward(network, inputs).readout
        for step in steps:
            right[step] += int((y[step - 1].argmax(axis=-1) == batch.targets[0]).sum())
    return {step: count / len(indices) for step, count in right.items()}


def trained_relu(settings: Settings, dataset: EventDataset, parts: dict[Part, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights (no biases) of a ReLU network of the study's shape, from the initial weights of this seed's spiking ones.

    Adam on the mean input over time; of all epochs the one with the best validation accuracy.
    """
    inputs = {part: dataset.without_time(parts[part]) for part in (Part.TRAIN, Part.VALIDATION)}
    r = {part: torch.from_numpy(counts) / dataset.steps for part, (counts, _) in inputs.items()}
    labels = {part: torch.from_numpy(values.astype(np.int64)) for part, (_, values) in inputs.items()}
    # Inputs are small numbers; scaled to a mean square of one for training, the factor goes into W1 in the end.
    rms = math.sqrt(r[Part.TRAIN].square().mean())
    first = draw_weights(shape_of(settings.network, dataset), generator(settings.seed, "weights"))
    W = [torch.from_numpy(array).requires_grad_() for array in first.values()]
    update = adam.on_tensors(W, settings.conversion.learning_rate)
    order, size = generator(settings.seed, "order"), settings.batch_size

    def output(x: torch.Tensor) -> torch.Tensor:
        for matrix in W[:-1]:
            x = torch.relu(x @ matrix.T)
        return x @ W[-1].T

    best, chosen = -1.0, [matrix.detach().clone() for matrix in W]
    for _ in range(settings.epochs):
        for rows in np.array_split(order.permutation(len(labels[Part.TRAIN])), -(-len(labels[Part.TRAIN]) // size)):
            loss = torch.nn.functional.cross_entropy(output(r[Part.TRAIN][rows] / rms), labels[Part.TRAIN][rows])
            loss.backward()
            update()
        with torch.no_grad():
            right = output(r[Part.VALIDATION] / rms).argmax(dim=1) == labels[Part.VALIDATION]
        if (accuracy := float(right.double().mean())) > best:
            best, chosen = accuracy, [matrix.detach().clone() for matrix in W]
    weights = dict(zip(first, (matrix.numpy() for matrix in chosen), strict=True))
    return weights | {"W1": weights["W1"] / np.float32(rms)}
