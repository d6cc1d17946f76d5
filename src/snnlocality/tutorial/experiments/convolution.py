"""Three convolutional layers that learn by local errors (DCLL) or by BPTT (the tutorial's figure 6).

The tutorial trains on recordings of gestures; where they are not at hand, the study's of digits stand in for them.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from snnlocality.data.batches import Dataset
from snnlocality.data.inputs import Events
from snnlocality.data.splits import Part
from snnlocality.learning import adam
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import SpikeFunction, spiking
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.convolution import METHODS, Layer, draw, gradients, scaled, simulate
from snnlocality.tutorial.settings import Convolution


def run(settings: Convolution, context: Context) -> pd.DataFrame:
    """Columns: recordings, method, seed, epoch, updates done, training loss, a layer, its accuracy on validation data.

    Layers are numbered from below; the accuracy is that of the layer's own readout.
    """
    assert context.data is not None
    assert context.neurons is not None
    dataset, parts = context.data
    neurons, spike = context.neurons, spiking(settings.surrogate, settings.slope)
    rows: list[dict[str, Any]] = []
    trainings = [(method, seed) for seed in settings.every_seed for method in METHODS]
    for number, (method, seed) in enumerate(trainings):
        random = generator(seed, "convolution")
        chosen = {part: random.permutation(parts[part]) for part in (Part.TRAIN, Part.VALIDATION)}
        training = chosen[Part.TRAIN][: settings.samples]
        validation = chosen[Part.VALIDATION][: settings.tested]
        layers = draw(
            (2, *settings.channels),
            settings.kernel,
            settings.pools,
            _side(dataset) // settings.shrink,
            dataset.classes,
            torch.Generator().manual_seed(seed),
        )
        size = settings.batch_size
        scaled(layers, images(dataset, training[:size], settings.shrink)[0], neurons, spike, settings.drive)
        update = adam.on_tensors([layer.weight for layer in layers], settings.learning_rate)
        updates = 0
        for epoch in range(settings.epochs + 1):
            losses = []
            batches = np.array_split(random.permutation(training), -(-len(training) // size)) if epoch else []
            for indices in batches:
                loss, _, found = gradients(method, layers, *images(dataset, indices, settings.shrink), neurons, spike)
                for layer, gradient in zip(layers, found, strict=True):
                    layer.weight.grad = gradient
                update()
                losses.append(loss)
            updates += len(batches)
            known = {"recordings": settings.recordings, "method": method, "seed": seed}
            known |= {"epoch": epoch, "updates": updates}
            known["loss"] = float(np.mean(losses)) if losses else float("nan")
            by_layer = accuracies(layers, dataset, validation, settings, neurons, spike)
            rows += [{**known, "layer": layer, "accuracy": value} for layer, value in by_layer.items()]
            context.advance(number * (settings.epochs + 1) + epoch + 1, len(trainings) * (settings.epochs + 1))
    return pd.DataFrame(rows)


def _side(dataset: Dataset) -> int:
    """Pixels along a side of the camera, which is square and has two polarities."""
    return math.isqrt(dataset.inputs // 2)


def images(dataset: Dataset, indices: np.ndarray, shrink: int) -> tuple[Tensor, Tensor]:
    """Recordings as images of events, (steps, samples, polarity, y, x), and their labels.

    A pixel holds the events of ``shrink`` times ``shrink`` of the camera's.
    """
    batch = dataset.batch(indices)
    assert isinstance(batch.inputs, Events)
    dense = torch.from_numpy(batch.inputs.dense()).reshape(-1, 2, _side(dataset), _side(dataset))
    small = shrink**2 * avg_pool2d(dense, shrink)
    return small.reshape(batch.inputs.steps, len(indices), *small.shape[1:]), torch.from_numpy(
        np.array(batch.targets[0])
    )


def accuracies(
    layers: list[Layer],
    dataset: Dataset,
    indices: np.ndarray,
    settings: Convolution,
    neurons: Leaky,
    spike: SpikeFunction,
) -> dict[int, float]:
    """Share of right decisions by every layer's readout, summed over all steps."""
    right = dict.fromkeys(range(1, len(layers) + 1), 0)
    with torch.no_grad():
        for part in np.array_split(indices, -(-len(indices) // settings.batch_size)):
            x, labels = images(dataset, part, settings.shrink)
            spikes = simulate(layers, x, neurons, spike)[1:]
            for n, (layer, s) in enumerate(zip(layers, spikes, strict=True), start=1):
                votes = s.sum(dim=0).flatten(1) @ layer.readout.T
                right[n] += int((votes.argmax(dim=1) == labels).sum())
    return {layer: count / len(indices) for layer, count in right.items()}
