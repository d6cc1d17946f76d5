"""The loss of a tiny network along the line that its training went (the tutorial's figure 4).

Two inputs fire once each; the class is which of them is first.
"""

import numpy as np
import pandas as pd
import torch

from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.adam import Adam, cosine, update
from snnlocality.learning.losses import LOSSES, correct_decisions
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network
from snnlocality.neurons.lif import dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.landscape import LINE, walk
from snnlocality.tutorial.settings import Landscape

LOSS = "cross_entropy"


def run(settings: Landscape, context: Context) -> pd.DataFrame:
    """Columns: seed, way (0 the start of training, 1 its end), loss, norms of both gradients, the end's accuracy."""
    engine = ReferenceEngine(torch.float64)  # a staircase is seen in double precision only
    tables = []
    for number, seed in enumerate(settings.every_seed, start=1):
        batch = first_of_two(settings.samples, settings.steps, generator(seed, "landscape"))
        start, end = trained(settings, batch, engine, seed)
        line = walk(start, end, batch, LOSSES[LOSS], engine, settings.points, settings.difference)
        right, decisions = correct_decisions(engine.forward(end, batch.inputs).readout, batch)
        tables.append(pd.DataFrame(line._asdict()).assign(seed=seed, accuracy=right / decisions))
        context.advance(number, settings.seeds)
    return pd.concat(tables, ignore_index=True)


def first_of_two(samples: int, steps: int, random: np.random.Generator) -> Batch:
    """Recordings in which two inputs fire once each, at different steps of the first half."""
    times = np.array([random.choice(steps // 2, 2, replace=False) for _ in range(samples)])
    inputs = np.zeros((steps, samples, 2))
    inputs[times, np.arange(samples)[:, None], [0, 1]] = 1
    labels = (times[:, 1] < times[:, 0]).astype(np.int64)
    return Batch(inputs, np.broadcast_to(labels, (steps, samples)), np.ones((steps, samples)), steps)


def trained(settings: Landscape, batch: Batch, engine: Engine, seed: int) -> tuple[np.ndarray, Network]:
    """The moving weights at the start, and the network at the end of training by BPTT."""
    random = generator(seed, "landscape weights")
    # Excitatory at first, so that no neuron is silent from the start.
    weights = {
        "W1": settings.drive * np.abs(random.standard_normal((settings.hidden, 2))),
        "W_out": random.standard_normal((2, settings.hidden)),
    }
    network = Network(
        dynamics(1.0, dict(settings.time_constants_steps), 1.0),
        spiking(settings.surrogate, settings.slope),
        weights,
        {},
    )
    start = network.weights[LINE].copy()
    adam = Adam(network.weights, update)
    for done in range(settings.epochs):
        learned = engine.loss_and_gradients(network, batch, BPTT, LOSS, None)
        adam.step(learned.gradients, cosine(settings.learning_rate, done, settings.epochs))
    return start, network
