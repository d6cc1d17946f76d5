"""Run one of the tutorial's experiments, which train small networks of their own."""

import importlib
from collections.abc import Callable
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import plan, registry
from snnlocality.data.batches import load
from snnlocality.data.sources import data_folder
from snnlocality.engines.interface import Engine
from snnlocality.provenance.records import recorded
from snnlocality.storage import write_text
from snnlocality.tutorial.context import Context


def run_experiment(
    parameters: params.Parameters, experiment: str, engine: Engine, advance: Callable[[int, int], None]
) -> Path:
    """Write an experiment's table and return its path."""
    planned = plan.tutorial(parameters, experiment)
    run = registry.load(params.EXPERIMENTS, experiment).run
    with recorded(planned, engine=engine.name):
        data = load(planned.made[0], 0) if planned.made else None
        if planned.raw:
            gestures = importlib.import_module("snnlocality.data.vision.gestures").gestures
            data = gestures(data_folder() / planned.raw, **planned.settings["gestures"])
        table = run(planned.settings, Context(engine, data, advance))
        write_text(planned.outputs[0], table.to_csv(index=False, float_format="%.9g"))
    return planned.outputs[0]
