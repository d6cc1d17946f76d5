"""Prepare the data of one task: events binned and packed, or speech features, with the division into parts."""

import importlib
from collections.abc import Callable

from snnlocality.data.sources import opened
from snnlocality.study.step import Job
from snnlocality.tensors import write_tensors


def run(job: Job, advance: Callable[[int, int], None]) -> None:
    """Write the prepared data of a task; ``advance(done, all)`` is called as it goes."""
    task, data = job.settings["task"], job.settings["data"]
    convert = importlib.import_module(f"snnlocality.data.{task}.convert").convert
    with opened(data["source"]) as source:
        arrays, metadata = convert(source, data, job.settings["scale"], advance)
        write_tensors(job.outputs["data"], arrays, {**metadata, "notice": source.notice})
