"""Evaluate one finished run on the test part: with ``fgsm`` the only step that touches it."""

import csv
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.training import evaluate, still_improving
from snnlocality.provenance.records import recorded
from snnlocality.steps.train import load_model, optimisation_of, shape_of
from snnlocality.storage import write_json


def evaluate_run(
    parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int, engine: Engine
) -> Path:
    """Write the metrics of a run and return their path."""
    run = plan.evaluate(parameters, task, rule, architecture, fold, seed)
    data, model, curve_file = run.made
    settings, output = run.settings, run.outputs[0]
    with recorded(run, engine=engine.name):
        dataset, parts = load(data, fold)
        network = load_model(model, settings, dataset)
        result = evaluate(network, dataset, parts[Part.TEST], optimisation_of(settings), engine)
        with open(curve_file, encoding="utf-8", newline="") as lines:
            curve = list(csv.DictReader(lines))
        best = next(epoch for epoch in curve if epoch["chosen"] == "True")
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
                "still_improving": still_improving([float(epoch["validation_loss"]) for epoch in curve]),
                "weights": shape_of(settings, dataset).weights,
            },
        )
    return output
