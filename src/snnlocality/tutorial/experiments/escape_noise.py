"""Probabilistic neurons find the weights of those that drew their target spikes, by ascent of the likelihood."""

import numpy as np
import pandas as pd

from snnlocality.analysis.credit import cosine
from snnlocality.learning.adam import Adam
from snnlocality.learning.adam import cosine as falling
from snnlocality.learning.adam import update as update_weights
from snnlocality.neurons.lif import dynamics
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.escape_noise import log_likelihood, sample
from snnlocality.tutorial.settings import EscapeNoise


def run(settings: EscapeNoise, context: Context) -> pd.DataFrame:
    """Columns: seed, update, log_likelihood (of a step and neuron), teacher's, angle in degrees to its weights."""
    neurons, k = dynamics(1.0, dict(settings.time_constants_steps), 1.0), settings.slope
    rows = []
    for number, seed in enumerate(settings.every_seed, start=1):
        random = generator(seed, "escape_noise")
        inputs = (random.random((settings.steps, settings.samples, settings.inputs)) < settings.input_rate).astype(
            float
        )
        teacher = random.normal(0, settings.weights, (settings.outputs, settings.inputs))
        spikes = sample(teacher, inputs, neurons, k, random)
        W, count = np.zeros_like(teacher), spikes.size
        adam = Adam({"W": W}, update_weights)
        best, _ = log_likelihood(teacher, inputs, spikes, neurons, k)
        for update in range(settings.epochs + 1):
            value, gradient = log_likelihood(W, inputs, spikes, neurons, k)
            angle = float(np.degrees(np.arccos(np.clip(cosine(W, teacher), -1, 1)))) if update else 90.0
            rows.append(
                {
                    "seed": seed,
                    "update": update,
                    "log_likelihood": value / count,
                    "teacher": best / count,
                    "angle": angle,
                }
            )
            adam.step({"W": -gradient / count}, falling(settings.learning_rate, update, settings.epochs))
        context.advance(number, settings.seeds)
    return pd.DataFrame(rows)
