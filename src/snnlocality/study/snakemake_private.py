"""What is leaned on of Snakemake that it does not promise: in one place, and tested (``test_snakemake_private``).

Snakemake has no public way to say what it should remember of a result that another clone computed, what it is about to
do, how fast it may start jobs, how much a reason may say, or how often it reads a file. A new release may rename any of
this.
"""

import os
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from snakemake.io import _IOFile
from snakemake.jobs import Reason
from snakemake.persistence import RECORD_FORMAT_VERSION, MetadataRecord
from snakemake.persistence.file import FilePersistence


def memory() -> FilePersistence:
    """What Snakemake remembers of outputs, in ``.snakemake/metadata``."""
    return FilePersistence(nolock=True)


def remember(
    memory: FilePersistence, output: Path, rule: str, times: Callable[[], dict[str, float]], told: dict[str, Any]
) -> None:
    """Make it remember this of an output, beside what it knows already; ``times`` are asked for where it knows none."""
    # How a job is started and in which environment decides nothing here.
    told = told | {
        "record_format_version": RECORD_FORMAT_VERSION,
        "incomplete": False,
        "code": None,
        "software_stack_hash": None,
    }
    known = memory._read_record(str(output)) or MetadataRecord(rule=rule, **times())
    if any(known[field] != value for field, value in told.items()):
        memory._write_record(str(output), known.model_copy(update=told))


def is_main(workflow: Any) -> bool:
    """Whether this is the process that plans, and not one that executes a job of it."""
    return bool(workflow.is_main_process)


def cores(workflow: Any) -> int:
    """How many processors there are; 1 where nothing runs, as for ``--report``."""
    return workflow.global_resources["_cores"].value or 1


def tasks_prepared(workflow: Any) -> set[str]:
    """The tasks whose data the workflow is about to prepare."""
    jobs: Iterable[Any] = workflow.dag.needrun_jobs()
    return {job.wildcards.task for job in jobs if job.rule.name == "prepare"}


def make_by_default(workflow: Any, rule: str) -> None:
    """Choose what is made if nothing is asked for: a rule of an included file, which Snakemake itself does not take."""
    workflow.default_target = rule


def start_jobs_as_they_come(workflow: Any) -> None:
    """Lift the default limit of 100 jobs a second.

    To keep to it, Snakemake chooses among all ready jobs anew every second, once more for every job that has ended:
    soon a processor does nothing else.
    """
    limiter = workflow.scheduler.job_rate_limiter
    if limiter and (limiter.max_jobs, limiter.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


def shorten_reasons() -> None:
    """Name three of the files that are a job's reason, and count the others: a table has hundreds."""
    whole = Reason.__str__
    files = re.compile(r"((?:'?\w+/[^,;\s]+, ){3})((?:'?\w+/[^,;\s]+, )+'?\w+/[^,;\s\]]+)")

    def few(found: re.Match[str]) -> str:
        return f"{found[1].removesuffix(', ')} and {found[2].count(', ') + 1} more"

    Reason.__str__ = lambda self: files.sub(few, whole(self))


def read_files_once() -> None:
    """Keep the checksum of a file for as long as the file stays as it is.

    When a job has ended, Snakemake computes those of all its inputs anew for each of its outputs, and nothing else goes
    on meanwhile: with all of MNIST half a gigabyte six times for a training.
    """
    compute: Callable[..., Awaitable[str | None]] = _IOFile.checksum
    known: dict[tuple[Any, ...], str | None] = {}

    async def checksum(file: _IOFile, threshold: int | None = None, **choices: Any) -> str | None:
        try:
            state = os.stat(file.file)
        except OSError:
            return await compute(file, threshold, **choices)
        key = (os.path.abspath(file.file), threshold, *sorted(choices.items()))
        key += (state.st_ino, state.st_size, state.st_mtime_ns)
        if key not in known:
            known[key] = await compute(file, threshold, **choices)
        return known[key]

    _IOFile.checksum = checksum
