"""How far an attack moves a network's representations: CKA between clean and attacked input, layer by layer."""

import numpy as np
import pandas as pd

from snnlocality.analysis.cka import cka
from snnlocality.analysis.representations import grams, whole_batches
from snnlocality.attacks import fgsm as attacks
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.runs.files import load_model
from snnlocality.seeds import generator
from snnlocality.steps.fgsm import target_of
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.shift import Settings


def run(job: Job[Settings], engine: Engine) -> None:
    """Write CKA by attack, epsilon, kind of representation and layer."""
    settings, run = job.settings, job.settings.run
    dataset, parts = load(job.file("data"), run.fold)
    network = load_model(job.file("model"), run.network, dataset)
    samples = parts[Part.TEST][: settings.samples]
    pairs: dict[tuple[str, float, str, str], list[tuple[np.ndarray, np.ndarray]]] = {}
    for batch in whole_batches(dataset, samples, settings.representations.batch):
        target = target_of(run, settings.fgsm, network, batch, engine, generator(run.seed, "fgsm"))
        clean = grams(network, batch.inputs, engine)
        for attack in settings.representations.attacks:
            attacked = attacks.load(attack).prepare(target)
            for epsilon in settings.fgsm.epsilon:
                if epsilon > 0:
                    moved = grams(network, attacked(epsilon), engine)
                    for key, K in clean.items():
                        pairs.setdefault((attack, epsilon, *key), []).append((K, moved[key]))
    rows = [
        dict(zip(("attack", "epsilon", "kind", "layer"), key, strict=True), cka=cka(of_batches))
        for key, of_batches in pairs.items()
    ]
    write_text(job.outputs["cka"], pd.DataFrame(rows).to_csv(index=False))
