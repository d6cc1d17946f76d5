"""The same training with every surrogate derivative: does its shape matter? (The tutorial's section III.)

Compared at the same width, once at equal peak and once at equal area (``tutorial.surrogates``).
"""

from itertools import product

import pandas as pd

from snnlocality import registry
from snnlocality.data.splits import Part
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.learning.training import train
from snnlocality.network import Shape
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import Surrogates
from snnlocality.tutorial.surrogates import NORMALISATIONS, alike


def run(settings: Surrogates, context: Context) -> pd.DataFrame:
    """Columns: normalisation, surrogate, seed, loss on training data, accuracy on validation data, after training."""
    assert context.data is not None
    assert context.neurons is not None
    dataset, parts = context.data
    shape = Shape(dataset.inputs, settings.hidden, dataset.classes, recurrent=False)
    optimisation = Optimisation("cross_entropy", None, settings.epochs, settings.batch_size, settings.learning_rate)
    trainings = list(product(NORMALISATIONS, settings.surrogates, settings.every_seed))
    rows = []
    for number, (normalisation, surrogate, seed) in enumerate(trainings):
        formula = registry.load(registry.SURROGATES, surrogate)
        random = generator(seed, "surrogates")
        training = random.permutation(parts[Part.TRAIN])[: settings.samples]
        validation = random.permutation(parts[Part.VALIDATION])[: settings.tested]
        first = dataset.batch(training[: settings.batch_size])
        spike = alike(formula, normalisation, settings.width)
        network = initial_network(
            shape,
            context.neurons,
            spike,
            BPTT,
            first,
            context.engine,
            seed,
            settings.drive,
            1.0,
            settings.readout_drive,
        )
        curve = train(network, dataset, training, validation, BPTT, optimisation, context.engine, seed).curve
        last = curve[-1]
        found = {"loss": last.train_loss, "accuracy": last.validation_accuracy}
        rows.append({"normalisation": normalisation, "surrogate": surrogate, "seed": seed, **found})
        context.advance(number + 1, len(trainings))
    return pd.DataFrame(rows)
