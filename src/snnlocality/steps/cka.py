"""How alike the networks of one seed represent the same samples: CKA between every two methods, layer by layer."""

import itertools
from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.analysis.cka import cka
from snnlocality.analysis.representations import grams, whole_batches
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.network import Network
from snnlocality.neurons.spikes import spiking
from snnlocality.provenance.records import recorded
from snnlocality.steps.convert import converted
from snnlocality.steps.train import dynamics_of, load_model
from snnlocality.storage import read_tensors, write_text


def compare(parameters: params.Parameters, architecture: str, fold: int, seed: int, engine: Engine) -> Path:
    """Write CKA by pair of methods, kind of representation and layer; return the table's path."""
    compared = plan.cka(parameters, architecture, fold, seed)
    settings, output = compared.settings, compared.outputs[0]
    data, relu, *models = compared.made
    with recorded(compared, engine=engine.name):
        dataset, parts = load(data, fold)
        networks: dict[str, Network] = {
            rule: load_model(model, of_rule, dataset)
            for (rule, of_rule), model in zip(settings["rules"].items(), models, strict=True)
        }
        arrays, _ = read_tensors(relu)
        weights = {name: array for name, array in arrays.items() if name.startswith("W")}
        scales = arrays[f"scales_{settings['conversion']['balance']}"].tolist()
        spike = spiking(settings["neuron"]["surrogate"], settings["slope"])
        for neuron, (scaled, dynamics) in converted(weights, scales, dynamics_of(settings, dataset)).items():
            networks[f"converted_{neuron}"] = Network(dynamics, spike, scaled, {})
        samples = parts[Part.TEST][: settings["samples"]]
        by_batch = [
            {name: grams(network, batch.inputs, engine) for name, network in networks.items()}
            for batch in whole_batches(dataset, samples, settings["batch"])
        ]
        rows = [
            {
                "a": a,
                "b": b,
                "kind": kind,
                "layer": layer,
                "cka": cka((batch[a][kind, layer], batch[b][kind, layer]) for batch in by_batch),
            }
            for a, b in itertools.combinations(networks, 2)
            for kind, layer in by_batch[0][a]
        ]
        write_text(output, pd.DataFrame(rows).to_csv(index=False))
    return output
