"""A network of rates learns the study's digits through the soft f-I curve; its weights then drive spiking neurons."""

import itertools

import numpy as np
import pandas as pd
import torch

from snnlocality.data.splits import Part
from snnlocality.learning import adam
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.rate_coding import logits, simulate
from snnlocality.tutorial.settings import RateCoding


def run(settings: RateCoding, context: Context) -> pd.DataFrame:
    """Columns: seed, neurons ("rates" or "spikes"), x (update, or duration of the simulation), accuracy.

    On validation data; inputs are the events of every unit over a recording, scaled to a mean of one.
    """
    assert context.data is not None
    dataset, parts = context.data
    tau, refractory, width = settings.tau, settings.refractory, settings.width
    rows = []
    for number, seed in enumerate(settings.every_seed, start=1):
        random = generator(seed, "rate_coding")
        chosen = {
            Part.TRAIN: random.permutation(parts[Part.TRAIN])[: settings.samples],
            Part.VALIDATION: random.permutation(parts[Part.VALIDATION])[: settings.tested],
        }
        counts, labels = {}, {}
        for part, indices in chosen.items():
            counts[part], labels[part] = dataset.without_time(indices)
        mean = counts[Part.TRAIN].mean()
        x = {part: torch.from_numpy(values / mean) for part, values in counts.items()}
        sizes = (dataset.inputs, settings.hidden, dataset.classes)
        weights = [
            torch.from_numpy((random.standard_normal((n, m)) / np.sqrt(m)).astype(np.float32))
            for m, n in itertools.pairwise(sizes)
        ]
        weights[1] *= tau  # rates are of the order of one per membrane time constant
        for W in weights:
            W.requires_grad_()
        update = adam.on_tensors(weights, settings.learning_rate)
        target = torch.from_numpy(labels[Part.TRAIN].astype(np.int64))
        for done in range(settings.epochs + 1):
            with torch.no_grad():
                decided = logits(weights, x[Part.VALIDATION], tau, refractory, width).argmax(dim=1).numpy()
            rows.append(
                {"seed": seed, "neurons": "rates", "x": done, "accuracy": (decided == labels[Part.VALIDATION]).mean()}
            )
            y = logits(weights, x[Part.TRAIN], tau, refractory, width)
            torch.nn.functional.cross_entropy(y, target).backward()
            update()
        learned = [W.detach().numpy().astype(np.float64) for W in weights]
        for duration in settings.durations:
            readout, _ = simulate(
                learned, x[Part.VALIDATION].numpy().astype(np.float64), tau, refractory, duration, settings.dt
            )
            accuracy = (readout.argmax(axis=1) == labels[Part.VALIDATION]).mean()
            rows.append({"seed": seed, "neurons": "spikes", "x": duration, "accuracy": accuracy})
        context.advance(number, settings.seeds)
    return pd.DataFrame(rows)
