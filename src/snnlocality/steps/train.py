"""Train one run: one task, rule, architecture, fold and seed."""

from collections.abc import Callable

from snnlocality.data.batches import load
from snnlocality.engines.interface import Engine
from snnlocality.learning.training import Keeper
from snnlocality.parameters import RunSettings
from snnlocality.runs.files import write_trained
from snnlocality.runs.training import Report, fit
from snnlocality.study.step import Job


def run(job: Job[RunSettings], engine: Engine, report: Report, keepers: Callable[[str], Keeper]) -> None:
    """Train one run; write its model, training curve and milestones."""
    dataset, parts = load(job.file("data"), job.settings.fold)
    trained = fit(job.settings, dataset, parts, engine, report, keepers(""))
    write_trained(job.outputs, trained)
