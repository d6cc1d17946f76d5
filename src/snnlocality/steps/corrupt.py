"""Test a run on corrupted recordings of the test part."""

from collections import defaultdict
from dataclasses import replace

import pandas as pd

from snnlocality.data.batches import batches, load
from snnlocality.data.corruptions import corrupted
from snnlocality.data.inputs import Events
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import correct_decisions
from snnlocality.runs.files import load_model
from snnlocality.seeds import generator
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.corrupt import Settings

NONE = "none"
_TOGETHER = 128


def run(job: Job[Settings], engine: Engine) -> None:
    """Write the accuracy by corruption and amount; of a seed all networks see the same corrupted recordings."""
    run = job.settings.run
    dataset, parts = load(job.file("data"), run.fold)
    network = load_model(job.file("model"), run.network, dataset)
    network = replace(network, weights=engine.place(network.weights))
    test = parts[Part.TEST][: job.settings.attacked_samples]
    cells = [(how, amount) for how, amounts in vars(job.settings.corruptions).items() for amount in amounts]
    streams = {cell: generator(run.seed, f"corrupt {cell[0]} {cell[1]:g}") for cell in cells}
    right = defaultdict[tuple[str, float], int](int)
    for batch in batches(dataset, test, _TOGETHER):
        assert isinstance(batch.inputs, Events)
        seen = {(NONE, 0.0): batch.inputs} | {
            (how, amount): corrupted(batch.inputs, how, amount, dataset.step_ms, streams[how, amount])
            for how, amount in cells
        }
        for cell, events in seen.items():
            right[cell] += correct_decisions(engine.forward(network, events).readout, batch)[0]
    rows = [(*cell, count / len(test)) for cell, count in right.items()]
    table = pd.DataFrame(rows, columns=["corruption", "amount", "accuracy"])
    write_text(job.outputs["accuracies"], table.to_csv(index=False))
