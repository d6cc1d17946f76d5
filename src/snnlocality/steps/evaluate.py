"""Evaluate one finished run on the test part, which no step chooses anything by."""

import csv

import numpy as np

from snnlocality import registry
from snnlocality.analysis.credit import cosines
from snnlocality.analysis.efficiency import Efficiency, efficiency
from snnlocality.data.batches import Dataset, load
from snnlocality.data.inputs import Events
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.errors import UserError
from snnlocality.learning.training import Evaluation, evaluate, still_improving
from snnlocality.network import Shape
from snnlocality.parameters import RunSettings
from snnlocality.registry import RULES
from snnlocality.runs.files import load_model
from snnlocality.runs.outcomes import write_outcomes
from snnlocality.runs.training import shape_of
from snnlocality.storage import write_json
from snnlocality.study.step import Job


def run(job: Job[RunSettings], engine: Engine) -> None:
    """Write the metrics of a run, and which decisions were right."""
    settings, model = job.settings, job.file("model")
    dataset, parts = load(job.file("data"), settings.fold)
    network, optimisation = load_model(model, settings.network, dataset), settings.optimisation
    shape = shape_of(settings.network, dataset)
    result = evaluate(network, dataset, parts[Part.TEST], optimisation, engine)
    if not np.isfinite(result.loss):
        raise UserError(
            f"The loss of {model} is no number: its weights are too large; delete it and run the workflow again."
        )
    write_outcomes(job.outputs["right"], {"clean": result.right}, result.of_each)
    validation = dataset.batch(parts[Part.VALIDATION][: optimisation.batch_size])
    by_weights = cosines(network, validation, registry.load(RULES, settings.rule), optimisation, engine)
    with open(job.file("curve"), encoding="utf-8", newline="") as lines:
        curve = list(csv.DictReader(lines))
    best = next(epoch for epoch in curve if epoch["chosen"] == "True")
    write_json(
        job.outputs["metrics"],
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
            "weights": shape.weights,
            **{name: float(value) for name, value in best.items() if name.startswith("alignment_")},
            **cost(shape, result, dataset, parts[Part.TEST])._asdict(),
            **{f"gradient_cosine_{name}": value for name, value in by_weights.items() if np.isfinite(value)},
        },
    )


def cost(shape: Shape, result: Evaluation, dataset: Dataset, indices: np.ndarray) -> Efficiency:
    """What a decision of the network costs on these samples."""
    batch = dataset.batch(indices)
    steps = batch.steps_per_decision
    if isinstance(batch.inputs, Events):
        events = batch.inputs
        first, last = (events.offsets[(events.index + after) * events.steps] for after in (0, 1))
        active = float((last - first).sum()) / result.decisions
        return efficiency(shape, result.firing_rates, active, steps, spiking_inputs=True)
    active = float(np.count_nonzero(batch.inputs[batch.mask > 0])) / result.decisions
    return efficiency(shape, result.firing_rates, active, steps, spiking_inputs=False)
