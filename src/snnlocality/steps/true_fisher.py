"""Fisher information in a run's weights at the end of training: with the data's labels, and with drawn ones."""

from dataclasses import replace

import pandas as pd

from snnlocality.analysis.true_fisher import drawn, predictions, traces
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.runs.files import load_model
from snnlocality.seeds import generator
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.fisher import Settings

EMPIRICAL, TRUE = "empirical", "true"


def run(job: Job[Settings], engine: Engine) -> None:
    """Write the trace by kind of information and weights."""
    run = job.settings.run
    dataset, parts = load(job.file("data"), run.fold)
    network = load_model(job.file("model"), run.network, dataset)
    network = replace(network, weights=engine.place(network.weights))
    batch = dataset.batch(parts[Part.TRAIN][: job.settings.samples])
    own = drawn(predictions(network, batch, engine), generator(run.seed, "labels"))
    found = {
        EMPIRICAL: traces(network, batch, batch.targets[0], engine),
        TRUE: traces(network, batch, own, engine),
    }
    rows = [(kind, name, trace) for kind, by_name in found.items() for name, trace in by_name.items()]
    table = pd.DataFrame(rows, columns=["information", "weights", "trace"])
    write_text(job.outputs["traces"], table.to_csv(index=False))
