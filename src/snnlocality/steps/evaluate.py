"""Evaluate one finished run on the test part: the only step that touches it."""

from pathlib import Path
from typing import Any

import pandas as pd

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.data.batches import Part, load
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.training import evaluate, still_improving
from snnlocality.provenance.records import recorded
from snnlocality.steps.train import load_model, optimisation_of, shape_of
from snnlocality.storage import write_json


def modules(settings: dict[str, Any]) -> tuple[str, ...]:
    """Entry modules of this step's code closure."""
    return (__name__,)


def evaluate_run(
    parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int
) -> Path:
    """Write the metrics of a run and return their path."""
    settings = params.train_settings(parameters, task, rule, architecture)
    folder = paths.run(parameters.label, task, rule, architecture, fold, seed)
    data = paths.data(parameters.label, task)
    model, curve_file, output = (folder / name for name in ("model.safetensors", "curve.csv", "metrics.json"))
    with recorded(
        "evaluate",
        {**settings, "fold": fold, "seed": seed},
        modules(settings),
        inputs=[data, model, curve_file],
        outputs=[output],
    ):
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
                "still_improving": still_improving(curve["validation_loss"].to_numpy()),
                "weights": shape_of(settings, dataset).weights,
            },
        )
    return output
