"""Search the hyper-parameters of one cell: a full training per point of the grid, judged on validation data."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from snnlocality import checkpoints, plan
from snnlocality import parameters as params
from snnlocality.data.batches import load
from snnlocality.engines.interface import Engine
from snnlocality.learning.training import chosen_epoch, still_improving
from snnlocality.provenance.records import recorded
from snnlocality.steps import train
from snnlocality.storage import write_text

_FOLD = 0


def search_cell(
    parameters: params.Parameters,
    task: str,
    rule: str,
    architecture: str,
    engine: Engine,
    progress: Callable[[int, int], None],
) -> Path:
    """Write the table of trials, best first, and return its path."""
    searched = plan.search(parameters, task, rule, architecture)
    points = params.grid(parameters.search)
    with checkpoints.locked(searched) as kept, recorded(searched, engine=engine.name) as execution:
        dataset, parts = load(searched.made[0], _FOLD)
        rows = []
        for done, point in enumerate(points):
            progress(done, len(points))
            trial = params.train_settings(parameters, task, rule, architecture, point)
            # A trial that is done goes on from its last checkpoint too, to its end: at once.
            keeper = kept.of(execution, engine, name=f"trial{done}")
            seed = parameters.search.seed
            curve = train.fit(trial, dataset, parts, seed, engine, lambda epoch: None, keeper).curve
            best = chosen_epoch(curve)
            rows.append(
                {
                    "task": task,
                    "rule": rule,
                    "arch": architecture,
                    **point.model_dump(),
                    "validation_accuracy": best.validation_accuracy,
                    "validation_loss": best.validation_loss,
                    "epoch": best.epoch,
                    "epochs": len(curve),
                    "still_improving": still_improving([epoch.validation_loss for epoch in curve]),
                }
            )
        table = pd.DataFrame(rows).sort_values(
            ["validation_accuracy", "validation_loss"], ascending=[False, True], kind="stable"
        )
        write_text(searched.outputs[0], table.to_csv(index=False, float_format="%.6g"))
    checkpoints.discard(searched)
    return searched.outputs[0]
