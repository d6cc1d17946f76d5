"""Train one run, with its hidden layers pulled to one firing rate."""

from collections.abc import Callable

from snnlocality.data.batches import load
from snnlocality.engines.interface import Engine
from snnlocality.learning.activity import AtRate
from snnlocality.learning.training import Keeper
from snnlocality.runs.files import write_trained
from snnlocality.runs.training import Report, fit
from snnlocality.study.step import Job
from snnlocality.study.steps.activity import Settings


def run(job: Job[Settings], engine: Engine, report: Report, keepers: Callable[[str], Keeper]) -> None:
    """Train one run; write its model, training curve and milestones."""
    settings = job.settings
    dataset, parts = load(job.file("data"), settings.run.fold)
    at_rate = AtRate(engine, settings.firing_rate, settings.strength)
    # It has what else an engine has by ``__getattr__``.
    trained = fit(settings.run, dataset, parts, at_rate, report, keepers(""))  # type: ignore[arg-type]
    write_trained(job.outputs, trained)
