"""Prepare the data of one task: events binned and packed, or speech features, with the division into parts."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.data.sources import SOURCES, opened
from snnlocality.provenance.records import recorded
from snnlocality.storage import write_tensors

Progress = Callable[[int, int], None]


def modules(settings: dict[str, Any]) -> tuple[str, ...]:
    """Entry modules of this step's code closure: its own, the task's conversion, the source."""
    return (__name__, f"snnlocality.data.{settings['task']}.convert", SOURCES[settings["data"]["source"]].module)


def prepare(parameters: params.Parameters, task: str, progress: Progress) -> Path:
    """Write the prepared data of ``task`` and return its path; ``progress(done, all)`` is called as it goes."""
    settings = params.prepare_settings(parameters, task)
    output = paths.data(parameters.label, task)
    _, conversion, _ = modules(settings)
    with recorded("prepare", settings, modules(settings), inputs=[], outputs=[output]):
        with opened(settings["data"]["source"]) as source:
            convert = importlib.import_module(conversion).convert
            arrays, metadata = convert(source, settings["data"], settings["scale"], progress)
        write_tensors(output, arrays, {**metadata, "notice": source.notice})
    return output
