"""How far an attack moves a network's representations: CKA between clean and attacked input, layer by layer."""

from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.analysis.cka import cka
from snnlocality.analysis.representations import grams, whole_batches
from snnlocality.attacks.fgsm import ATTACKS
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.provenance.records import recorded
from snnlocality.seeds import generator
from snnlocality.steps.fgsm import target_of
from snnlocality.steps.train import load_model
from snnlocality.storage import write_text


def measure_shift(
    parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int, engine: Engine
) -> Path:
    """Write CKA by attack, epsilon, kind of representation and layer; return the table's path."""
    run = plan.shift(parameters, task, rule, architecture, fold, seed)
    settings, output = run.settings, run.outputs[0]
    with recorded(run, engine=engine.name):
        dataset, parts = load(run.made[0], fold)
        network = load_model(run.made[1], settings, dataset)
        samples = parts[Part.TEST][: settings["samples"]]
        pairs: dict[tuple, list] = {}
        for batch in whole_batches(dataset, samples, settings["batch"]):
            target = target_of(settings, network, batch, engine, generator(seed, "fgsm"))
            clean = grams(network, batch.inputs, engine)
            for attack in settings["attacks"]:
                attacked = ATTACKS[attack].prepare(target)
                for epsilon in settings["fgsm"]["epsilon"]:
                    if epsilon > 0:
                        moved = grams(*attacked(epsilon), engine)
                        for key, K in clean.items():
                            pairs.setdefault((attack, epsilon, *key), []).append((K, moved[key]))
        rows = [
            dict(zip(("attack", "epsilon", "kind", "layer"), key, strict=True), cka=cka(of_batches))
            for key, of_batches in pairs.items()
        ]
        write_text(output, pd.DataFrame(rows).to_csv(index=False))
    return output
