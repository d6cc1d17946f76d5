"""Prepare the data of one task: events binned and packed, or speech features, with the division into parts."""

import importlib
from collections.abc import Callable

from snnlocality.data.kinds import KINDS
from snnlocality.data.source import opened, source
from snnlocality.study.step import Job
from snnlocality.study.steps.prepare import Settings
from snnlocality.tensors import write_tensors


def run(job: Job[Settings], advance: Callable[[int, int], None]) -> None:
    """Write the prepared data of a task; ``advance(done, all)`` is called as it goes."""
    data = job.settings.data
    convert = importlib.import_module(KINDS[source(data.source).kind].convert).convert
    with opened(data.source) as samples:
        arrays, metadata = convert(samples, data, job.settings.scale, advance)
        write_tensors(job.outputs["data"], arrays, {**metadata, "notice": samples.notice})
