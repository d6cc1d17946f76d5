"""Answer a pattern of spikes with a pattern of spikes: the demonstration of SuperSpike (the tutorial's eq. 9-13).

Hidden neurons hear the outputs' error by symmetric, random or uniform feedback. With symmetric feedback also with
credit through the reset, which the tutorial leaves out since it "makes learning better".
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Shape
from snnlocality.neurons.lif import dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.seeds import generator
from snnlocality.tutorial import superspike
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import SuperSpike

WITH_RESET = replace(superspike.RULE, through_reset=True)
ARMS: dict[str, tuple[str, Rule]] = {
    **{kind: (kind, superspike.RULE) for kind in superspike.FEEDBACK},
    "symmetric, credit through reset": ("symmetric", WITH_RESET),
}


def run(settings: SuperSpike, context: Context) -> pd.DataFrame:
    """A row per number: feedback, seed, quantity, x (update or step), unit, value.

    ``loss`` over updates; of the first seed also the spikes of ``input``, ``target`` and ``output`` in the end.
    """
    rows: list[dict[str, Any]] = []
    trainings = [(arm, seed) for arm in ARMS for seed in settings.every_seed]
    for number, (arm, seed) in enumerate(trainings):
        inputs, targets = patterns(settings, seed)
        network = first_network(settings, inputs, context.engine, ARMS[arm][0], seed)
        step = superspike.RMaxProp(
            {name: W for name, W in network.weights.items() if name != "W_out"}, settings.learning_rate
        )
        losses, spikes = [], targets
        for _ in range(settings.epochs):
            progress, gradients = superspike.gradients(network, inputs, targets, context.engine, ARMS[arm][1])
            losses.append(progress.loss)
            spikes = progress.spikes
            step.step(gradients)
        rows += [_row(arm, seed, "loss", update, value=loss) for update, loss in enumerate(losses)]
        if seed == settings.first_seed:
            for quantity, pattern in (("input", inputs), ("target", targets), ("output", spikes)):
                rows += [
                    _row(arm, seed, quantity, t, int(unit), 1.0) for t, _, unit in zip(*pattern.nonzero(), strict=True)
                ]
        context.advance(number + 1, len(trainings))
    return pd.DataFrame(rows)


def patterns(settings: SuperSpike, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random spike trains (steps, 1, units) float32: noise in; out, so many spikes a neuron at random steps."""
    random = generator(seed, "superspike")
    steps, outputs = settings.steps, settings.outputs
    inputs = (random.random((steps, 1, settings.inputs)) < settings.input_rate).astype(np.float32)
    targets = np.zeros((steps, 1, outputs), np.float32)
    for unit in range(outputs):
        targets[random.choice(steps, settings.target_spikes, replace=False), 0, unit] = 1
    return inputs, targets


def first_network(settings: SuperSpike, inputs: np.ndarray, engine: Engine, feedback: str, seed: int) -> Network:
    """Of one hidden layer and spiking outputs; the same weights for every kind of feedback."""
    outputs = settings.outputs
    steps = len(inputs)
    batch = Batch(inputs, np.zeros((steps, 1), np.int64), np.ones((steps, 1), np.float32), 1)
    network = initial_network(
        Shape(settings.inputs, (settings.hidden, outputs), outputs, recurrent=False),
        dynamics(1.0, dict(settings.time_constants_steps), 1.0),
        spiking(settings.surrogate, settings.slope),
        superspike.RULE,
        batch,
        engine,
        seed,
        settings.drive,
        1.0,
        1.0,
    )
    B = superspike.feedback(feedback, network.weights, generator(seed, "superspike feedback"))
    return replace(network, feedback={name: matrix.astype(np.float32) for name, matrix in B.items()})


def _row(feedback: str, seed: int, quantity: str, x: int, unit: int = -1, value: float = 0.0) -> dict[str, Any]:
    return {"feedback": feedback, "seed": seed, "quantity": quantity, "x": x, "unit": unit, "value": value}
