"""How exact each approximation of a gradient is, on small random networks in float64.

RTRL runs forward in time and is BPTT's gradient to rounding; what is cut off makes the difference of the others.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch

from snnlocality import registry
from snnlocality.analysis.credit import cosine
from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning import online
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.routing import draw_feedback
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network, Shape, draw_weights
from snnlocality.neurons.lif import dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import Exactness

LOSS = "cross_entropy"


def run(settings: Exactness, context: Context) -> pd.DataFrame:
    """Columns: seed, arch, method, weights, cosine and relative distance of its gradient to BPTT's."""
    engine = ReferenceEngine(torch.float64)
    rows = []
    neurons = dynamics(1.0, dict(settings.time_constants_steps), 1.0)
    for number, seed in enumerate(settings.every_seed, start=1):
        for arch in ("ff", "rec"):
            random = generator(seed, "exactness")
            shape = Shape(settings.inputs, settings.hidden, settings.classes, arch == "rec")
            weights = {name: settings.gain * W.astype(np.float64) for name, W in draw_weights(shape, random).items()}
            steps, samples = settings.steps, settings.samples
            inputs = (random.random((steps, samples, shape.inputs)) < settings.input_rate).astype(np.float64)
            targets = np.broadcast_to(random.integers(shape.classes, size=samples), (steps, samples))
            batch = Batch(inputs, targets, np.ones((steps, samples)), steps)
            network = Network(neurons, spiking(settings.surrogate, settings.slope), weights, {})
            exact = gradients(BPTT, network, batch, engine, seed)
            rules = [registry.load(registry.RULES, name) for name in settings.rules]
            found = {rule.label: gradients(rule, network, batch, engine, seed) for rule in rules}
            found["RTRL, forward in time"] = online.rtrl(network, batch, LOSSES[LOSS])
            for method, approximate in found.items():
                rows += [
                    {"seed": seed, "arch": arch, "method": method, "weights": name, **_compared(approximate[name], g)}
                    for name, g in exact.items()
                ]
        context.advance(number, settings.seeds)
    return pd.DataFrame(rows)


def gradients(rule: Rule, network: Network, batch: Batch, engine: Engine, seed: int) -> dict[str, np.ndarray]:
    """Of a rule, with random feedback of its own."""
    drawn = draw_feedback(rule, network.weights, generator(seed, "feedback"))
    fed = replace(network, feedback={name: B.astype(np.float64) for name, B in drawn.items()})
    return engine.loss_and_gradients(fed, batch, rule, LOSS, LOSS).gradients


def _compared(approximate: np.ndarray, exact: np.ndarray) -> dict[str, float]:
    distance = np.linalg.norm(approximate - exact) / np.linalg.norm(exact)
    return {"cosine": cosine(approximate, exact), "distance": float(distance)}
