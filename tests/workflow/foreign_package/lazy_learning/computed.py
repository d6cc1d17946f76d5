"""How large weights are, computed: planning loads nothing of this."""

import numpy as np
import pandas as pd

from snnlocality.data.batches import load
from snnlocality.reports.tables import Shown
from snnlocality.runs.files import load_model
from snnlocality.storage import write_text
from snnlocality.study.step import Job


def run(job: Job) -> None:
    """Write the root mean square of every matrix."""
    dataset, _ = load(job.file("data"), job.settings.fold)
    network = load_model(job.file("model"), job.settings.network, dataset)
    rows = [{"weights": name, "rms": np.sqrt(np.square(W).mean())} for name, W in network.weights.items()]
    write_text(job.outputs["norms"], pd.DataFrame(rows).to_csv(index=False, float_format="%.6g"))


def render(job: Job) -> None:
    """Write the mean over runs."""
    runs = pd.concat(map(pd.read_csv, job.files("norms").values()), ignore_index=True)
    table = runs.groupby("weights")["rms"].mean().reset_index()
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.6g"))


def on_page(table: pd.DataFrame) -> list[Shown]:
    """The table on the page that holds everything."""
    return [Shown("Weights", table)]
