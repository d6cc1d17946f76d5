"""Run one of the tutorial's experiments, which train small networks of their own."""

import importlib
from collections.abc import Callable

from snnlocality import registry
from snnlocality.data.batches import load
from snnlocality.data.source import data_folder
from snnlocality.engines.interface import Engine
from snnlocality.neurons.lif import dynamics
from snnlocality.registry import EXPERIMENTS
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.tutorial import Settings
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import Convolution


def run(job: Job[Settings], engine: Engine, advance: Callable[[int, int], None]) -> None:
    """Write an experiment's table."""
    settings, neurons = job.settings, None
    data = load(job.file("data"), 0) if "data" in job.inputs else None
    if job.raw:
        assert isinstance(settings.sizes, Convolution)
        assert settings.sizes.gestures is not None
        gestures = importlib.import_module("snnlocality.data.vision.gestures").gestures
        data = gestures(data_folder() / job.raw, **dict(settings.sizes.gestures))
    if data is not None and settings.time_constants_ms is not None and settings.threshold is not None:
        neurons = dynamics(data[0].step_ms, dict(settings.time_constants_ms), settings.threshold)
    compute = registry.load(EXPERIMENTS, settings.experiment)
    table = compute(settings.sizes, Context(engine, data, neurons, advance))
    write_text(job.outputs["found"], table.to_csv(index=False, float_format="%.9g"))
