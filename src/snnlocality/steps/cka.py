"""How alike the networks of one seed represent the same samples: CKA between every two methods, layer by layer."""

import itertools

import pandas as pd

from snnlocality.analysis.cka import cka
from snnlocality.analysis.representations import grams, whole_batches
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.network import Network
from snnlocality.runs.files import load_model
from snnlocality.runs.training import leaky_of, spike_of
from snnlocality.steps.convert import converted
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.cka import Settings
from snnlocality.tensors import read_tensors


def run(job: Job[Settings], engine: Engine) -> None:
    """Write CKA by pair of methods, kind of representation and layer; converted networks only beside those as deep."""
    settings, relu = job.settings, job.settings.relu
    dataset, parts = load(job.file("data"), relu.fold)
    networks: dict[str, Network] = {
        rule: load_model(model, settings.runs[rule].network, dataset) for (rule,), model in job.files("models").items()
    }
    arrays, _ = read_tensors(job.file("relu"))
    weights = {name: array for name, array in arrays.items() if name.startswith("W")}
    scales = arrays[f"scales_{relu.conversion.balance}"].tolist()
    depths = {len(network.hidden) for network in networks.values()}
    for neuron, (scaled, dynamics) in converted(weights, scales, leaky_of(relu.network, dataset)).items():
        one = Network(dynamics, spike_of(relu.network), scaled, {})
        if len(one.hidden) in depths:  # networks are compared layer by layer
            networks[f"converted_{neuron}"] = one
    samples = parts[Part.TEST][: settings.samples]
    by_batch = [
        {name: grams(network, batch.inputs, engine) for name, network in networks.items()}
        for batch in whole_batches(dataset, samples, settings.batch)
    ]
    rows = [
        (a, b, kind, layer, cka((batch[a][kind, layer], batch[b][kind, layer]) for batch in by_batch))
        for a, b in itertools.combinations(networks, 2)
        for kind, layer in by_batch[0][a]
    ]
    table = pd.DataFrame(rows, columns=["a", "b", "kind", "layer", "cka"])
    write_text(job.outputs["cka"], table.to_csv(index=False))
