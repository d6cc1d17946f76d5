"""Evaluate one finished run on the test part: the only step that touches it."""

from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.training import evaluate, still_improving
from snnlocality.provenance.records import recorded
from snnlocality.steps.train import load_model, optimisation_of, shape_of
from snnlocality.storage import write_json


def evaluate_run(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Path:
    """Write the metrics of a run and return their path."""
    run = plan.evaluate(parameters, task, rule, architecture, fold, seed)
    data, model, curve_file = run.made
    settings, output = run.settings, run.outputs[0]
    with recorded(run):
        dataset, parts = load(data, fold)
        network = load_model(model, settings, dataset)
        result = evaluate(network, dataset, parts[Part.TEST], optimisation_of(settings), ReferenceEngine())
        curve = pd.read_csv(curve_file)
        best = curve[curve["chosen"]].iloc[0]
        write_json(
            output,
            {
                "test_accuracy": result.accuracy,
                "test_loss": result.loss,
                "decisions": result.decisions,
                "firing_rates": list(result.firing_rates),
                "dead": list(result.dead),
                "saturated": list(result.saturated),
                "validation_accuracy": float(best["validation_accuracy"]),
                "epoch": int(best["epoch"]),
                "epochs": len(curve),
                "still_improving": still_improving(curve["validation_loss"].tolist()),
                "weights": shape_of(settings, dataset).weights,
            },
        )
    return output
