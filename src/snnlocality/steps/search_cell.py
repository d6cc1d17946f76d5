"""Search the hyper-parameters of one cell: full trainings per point of the grid, judged on validation data."""

from collections.abc import Callable

import pandas as pd

from snnlocality.data.batches import load
from snnlocality.engines.interface import Engine
from snnlocality.learning.training import Keeper, chosen_epoch, still_improving
from snnlocality.runs.training import fit
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.search_cell import Settings


def run(
    job: Job[Settings], engine: Engine, advance: Callable[[int, int], None], keepers: Callable[[str], Keeper]
) -> None:
    """Write the table of trials, those of the best point first: by mean validation accuracy over seeds, then loss."""
    trials = job.settings.trials
    dataset, parts = load(job.file("data"), trials[0].fold)
    rows = []
    for done, trial in enumerate(trials):
        advance(done, len(trials))
        # A trial that is done goes on from its last checkpoint too, to its end: at once.
        curve = fit(trial, dataset, parts, engine, lambda epoch: None, keepers(f"trial{done}")).curve
        best = chosen_epoch(curve)
        rows.append(
            {
                **job.key,
                "learning_rate": trial.optimisation.learning_rate,
                "slope": trial.network.slope,
                "seed": trial.seed,
                "validation_accuracy": best.validation_accuracy,
                "validation_loss": best.validation_loss,
                "epoch": best.epoch,
                "epochs": len(curve),
                "still_improving": still_improving([epoch.validation_loss for epoch in curve]),
            }
        )
    table = pd.DataFrame(rows)
    points = table.groupby(["learning_rate", "slope"])
    judged = ["validation_accuracy", "validation_loss"]
    means = points[judged].transform("mean")
    order = means.sort_values(judged, ascending=[False, True], kind="stable").index
    table = table.loc[order]
    write_text(job.outputs["trials"], table.to_csv(index=False, float_format="%.6g"))
