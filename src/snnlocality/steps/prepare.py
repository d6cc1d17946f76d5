"""Prepare the data of one task: events binned and packed, or speech features, with the division into parts."""

import importlib
from collections.abc import Callable
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.data.sources import opened
from snnlocality.provenance.records import recorded
from snnlocality.storage import write_tensors

Progress = Callable[[int, int], None]


def prepare(parameters: params.Parameters, task: str, progress: Progress) -> Path:
    """Write the prepared data of ``task`` and return its path; ``progress(done, all)`` is called as it goes."""
    prepared = plan.prepare(parameters, task)
    _, conversion, _ = prepared.modules
    settings = prepared.settings["data"]
    with recorded(prepared), opened(settings["source"]) as source:
        convert = importlib.import_module(conversion).convert
        arrays, metadata = convert(source, settings, prepared.settings["scale"], progress)
        write_tensors(prepared.outputs[0], arrays, {**metadata, "notice": source.notice})
    return prepared.outputs[0]
