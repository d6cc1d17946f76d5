"""Remember a cue over a delay: neurons whose thresholds adapt (ALIF) beside those whose do not, by e-prop and by BPTT.

The network is feed-forward and its neurons forget within some steps, so that nothing but the adaptation can carry the
cue (Bellec et al. 2020 show such a task, store and recall, with recurrent networks).
"""

from itertools import product

import numpy as np
import pandas as pd

from snnlocality import registry
from snnlocality.data.inputs import Batch
from snnlocality.learning.adam import Adam, cosine, update
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.losses import correct_decisions
from snnlocality.network import Shape
from snnlocality.neurons.lif import adaptive, dynamics
from snnlocality.neurons.spikes import spiking
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import Adaptation

LOSS = "cross_entropy"
NEURONS = ("LIF", "ALIF")
_CUED, _NOISE = 0.5, 0.05  # chance of a spike per step: of the channels that signal, and of all others


def run(settings: Adaptation, context: Context) -> pd.DataFrame:
    """Columns: neurons, rule, seed, update, loss, accuracy; every update meets recordings that none met before."""
    rows = []
    trainings = list(product(NEURONS, settings.rules, settings.every_seed))
    for number, (neurons, name, seed) in enumerate(trainings):
        rule, random = registry.load(registry.RULES, name), generator(seed, "adaptation")
        leaky = dynamics(1.0, dict(settings.time_constants_steps), 1.0)
        network = initial_network(
            Shape((settings.classes + 1) * settings.channels, (settings.hidden,), settings.classes, False),
            adaptive(leaky, 1.0, settings.adaptation_steps, settings.strength if neurons == "ALIF" else 0.0),
            spiking(settings.surrogate, settings.slope),
            rule,
            recall(settings, random),
            context.engine,
            seed,
            settings.drive,
            1.0,
            0.5,
        )
        adam = Adam(network.weights, update)
        for done in range(settings.epochs):
            batch = recall(settings, random)
            learned = context.engine.loss_and_gradients(network, batch, rule, LOSS, None)
            adam.step(learned.gradients, cosine(settings.learning_rate, done, settings.epochs))
            right, decisions = correct_decisions(learned.readout, batch)
            known = {"neurons": neurons, "rule": rule.label, "seed": seed, "update": done}
            rows.append({**known, "loss": learned.loss, "accuracy": right / decisions})
        context.advance(number + 1, len(trainings))
    return pd.DataFrame(rows)


def recall(settings: Adaptation, random: np.random.Generator) -> Batch:
    """A batch of recordings: at first the channels of one class fire, after the delay those that ask which it was.

    Only the steps of the question count. (steps, samples, channels of the classes and of the question.)
    """
    shown, samples, channels = settings.shown, settings.samples, settings.channels
    steps, classes = 2 * shown + settings.delay, settings.classes
    labels = random.integers(classes, size=samples)
    chance = np.full((steps, samples, classes + 1, channels), _NOISE)
    chance[:shown, np.arange(samples), labels] = _CUED
    chance[-shown:, :, classes] = _CUED
    inputs = (random.random(chance.shape) < chance).reshape(steps, samples, -1).astype(np.float32)
    mask = np.zeros((steps, samples), np.float32)
    mask[-shown:] = 1
    return Batch(inputs, np.broadcast_to(labels, (steps, samples)), mask, 1)
