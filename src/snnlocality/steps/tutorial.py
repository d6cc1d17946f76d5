"""Run one of the tutorial's experiments, which train small networks of their own."""

import importlib
from collections.abc import Callable

from snnlocality import registry
from snnlocality.data.batches import load
from snnlocality.data.source import data_folder
from snnlocality.engines.interface import Engine
from snnlocality.registry import EXPERIMENTS
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.tutorial.context import Context


def run(job: Job, engine: Engine, advance: Callable[[int, int], None]) -> None:
    """Write an experiment's table."""
    compute = registry.load(EXPERIMENTS, job.key["experiment"]).run
    data = load(job.inputs["data"], 0) if "data" in job.inputs else None
    if job.raw:
        gestures = importlib.import_module("snnlocality.data.vision.gestures").gestures
        data = gestures(data_folder() / job.raw, **job.settings["gestures"])
    table = compute(job.settings, Context(engine, data, advance))
    write_text(job.outputs["found"], table.to_csv(index=False, float_format="%.9g"))
