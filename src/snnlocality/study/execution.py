"""Execute a job: check its inputs, hand its step the means it uses, keep a record."""

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from snnlocality import checkpoints, progress
from snnlocality.provenance import run_cache
from snnlocality.provenance.records import recorded
from snnlocality.study.axes import written
from snnlocality.study.step import Job

# What a step may use, by name: how it computes, never what.
# engine     an ``engines.interface.Engine``, as the execution profile chooses
# advance    ``advance(done, all)``, told as work goes on
# report     ``report(epoch)``, told after every epoch, if the step says how many there are
# keepers    ``keepers(name)``, what keeps the state of one training of several (``learning.training.Keeper``)


def execute(job: Job[Any], threads: int = 1) -> Path:
    """Make a job's outputs and its record; return the main output. Raises UserError for what a person can mend."""
    uses, means, circumstances = job.step.uses, dict[str, Any](), dict[str, str]()
    with ExitStack() as stack:
        if "engine" in uses:
            from snnlocality.engines.choice import chosen

            means["engine"] = chosen(threads, say=progress.say)
            circumstances["engine"] = means["engine"].name
        if "advance" in uses:
            means["advance"] = stack.enter_context(progress.bar(title(job)))
        if job.step.epochs:
            means["report"] = stack.enter_context(progress.epochs(title(job), job.step.epochs(job.settings)))
        kept = stack.enter_context(checkpoints.locked(job)) if "keepers" in uses else None
        execution = stack.enter_context(recorded(job, **circumstances))
        if kept is None:
            entry(job.step.computed_by)(job, **means)
        elif computed_by := run_cache.take(job, execution.inputs):
            execution.circumstances.update(engine=computed_by, taken_from="run cache")
        else:
            entry(job.step.computed_by)(job, keepers=partial(kept.of, execution, means["engine"]), **means)
    if "engine" not in uses:
        checkpoints.discard_behind(job)  # what it gathers is done
    return job.output


def entry(name: str) -> Callable[..., Any]:
    """The function that a step's entry names."""
    module, function = name.split(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def title(job: Job[Any]) -> str:
    """A job in a few words: ``train vision bptt ff fold 0 seed 0``."""
    values = (f"{axis.prefix} {written(job.key[axis.name])}".strip() for axis in job.step.axes)
    return " ".join((job.name, *values))
