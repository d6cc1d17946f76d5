"""How alike networks of one rule represent the same samples, whose seeds alone differ: the ceiling of Figure 2."""

import pandas as pd

from snnlocality.analysis.cka import cka
from snnlocality.analysis.representations import grams, whole_batches
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.runs.files import load_model
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.ceiling import Settings


def run(job: Job[Settings], engine: Engine) -> None:
    """Write CKA of each network with that of the next seed, the last with the first, by kind and layer."""
    settings = job.settings
    dataset, parts = load(job.file("data"), next(iter(settings.runs.values())).fold)
    networks = {
        seed: load_model(model, settings.runs[seed].network, dataset) for (seed,), model in job.files("models").items()
    }
    seeds = list(networks)
    pairs = list(zip(seeds, [*seeds[1:], seeds[0]], strict=True)) if len(seeds) > 1 else []
    by_batch = [
        {seed: grams(network, batch.inputs, engine) for seed, network in networks.items()}
        for batch in whole_batches(dataset, parts[Part.TEST][: settings.samples], settings.batch)
    ]
    rows = [
        (seed, other, *key, cka((batch[seed][key], batch[other][key]) for batch in by_batch))
        for seed, other in pairs
        for key in by_batch[0][seed]
    ]
    table = pd.DataFrame(rows, columns=["seed", "other", "kind", "layer", "cka"])
    write_text(job.outputs["cka"], table.to_csv(index=False))
