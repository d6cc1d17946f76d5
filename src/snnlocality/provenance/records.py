"""Records: what made a file, beside the file; written by every step, checked by whoever reads.

A step leaves two JSON files. ``<step>.record.json`` beside its outputs holds what decides them and nothing
that changes from one execution to the next: hashes of inputs, outputs and code, settings, library versions; where real
data were prepared, the hash of every raw file.
``logs/.../<step>.execution.json`` holds the volatile facts: commit, host, processor, times, and the digest of the
record it belongs to.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from snnlocality import paths, portable, progress
from snnlocality.errors import UserError
from snnlocality.provenance import raw
from snnlocality.provenance.environment import code_path, installed_versions, not_as_locked
from snnlocality.storage import check_writable, read_json, remove_leftovers, settle, sha256, write_json
from snnlocality.study.step import Job

_SUFFIX = ".record.json"


class Execution(NamedTuple):
    """One execution of a step while it runs."""

    inputs: dict[str, str]  # digests by path
    circumstances: dict[str, Any]  # goes to the execution record: how the result was computed, not what decides it


@contextmanager
def recorded(job: Job, **circumstances: str) -> Iterator[Execution]:
    """Check the job's inputs against their records, let the body make its outputs, then leave a record.

    If the body fails, no record remains, and (by ``storage.atomic_path``) no half-written output. Raises UserError
    for an input that was changed after it was made, and for outputs that cannot be written. ``circumstances`` (the
    engine, say) go to the execution record; the body may add to them.
    """
    if not portable.available():
        progress.say(portable.NOT_PORTABLE)
    if others := not_as_locked():
        progress.say(others)
    for path in (*job.output_paths, job.record):
        remove_leftovers(path)
        check_writable(path)
    execution = Execution(input_digests(job), circumstances)
    raw_files = {"raw": raw.digests(job.raw)} if job.raw else {}
    code = job.code  # of what is loaded now, not of what may have been edited meanwhile
    started, clock = datetime.now(UTC), time.monotonic()
    yield execution
    for path in job.output_paths:
        settle(path)
    record = {
        "step": job.name,
        "settings": job.settings_table,
        "code": code,
        "libraries": installed_versions(),
        "inputs": execution.inputs,
        "outputs": {path.name: sha256(path) for path in job.output_paths},
        **raw_files,
    }
    write_json(job.record, record)
    write_json(
        execution_log(job),
        {
            "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 3),
            # Of the whole program, its start included, whatever else the machine had to do.
            "processor_seconds": round(time.process_time(), 3),
            "record": sha256(job.record),  # which result this was, if there have been several
            **execution.circumstances,
            **circumstances_here(),
        },
    )


def execution_log(job: Job) -> Path:
    """Where the volatile facts of a step's last execution on this machine are."""
    return paths.log(job.record).with_name(f"{job.name}.execution.json")


class _Log(BaseModel):
    """What readers of an execution log rely on; it holds more."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    started: Annotated[str, AfterValidator(datetime.fromisoformat)]
    seconds: Annotated[float, Field(ge=0, le=1e9)]
    record: str
    commit: str | None
    host: str
    processor: str
    libc: str
    python: str
    libraries: dict[str, str | None]
    code_path: dict[str, Any] = {}
    engine: str = ""


def execution_of(job: Job) -> dict[str, Any] | None:
    """Facts of the execution that made the results that are here; None if no readable log of it is here."""
    try:
        facts = read_json(execution_log(job))
        return facts if _Log.model_validate(facts).record == sha256(job.record) else None
    except (UserError, OSError, ValidationError):
        return None


def input_digests(job: Job) -> dict[str, str]:
    """SHA-256 of every input by its path, those that steps made checked against their records (``check``)."""
    return {str(path): check(path) for path in job.input_paths} | {
        str(path): _digest(path) for path in job.static_inputs.values()
    }


def check(path: str | Path) -> str:
    """SHA-256 of a file that agrees with its record; raises UserError if it does not, or has none."""
    path = Path(path)
    digest = _digest(path)
    for candidate in records_beside(path):
        recorded_digest = recorded_outputs(candidate).get(path.name)
        if recorded_digest is not None:
            if recorded_digest != digest:
                raise UserError(
                    f"{path} was changed after it was made: it no longer matches {candidate.name} beside it; "
                    "delete it and run the workflow again."
                )
            return digest
    raise UserError(f"{path} has no record of how it was made; delete it and run the workflow again.")


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; run the workflow that makes it first.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); delete it and run the workflow again.") from None


def flat(settings: dict[str, Any], below: str = "") -> dict[str, Any]:
    """A record's settings in one table, by names such as ``optimisation.learning_rate``."""
    values: dict[str, Any] = {}
    for name, value in settings.items():
        values |= flat(value, f"{below}{name}.") if isinstance(value, dict) else {f"{below}{name}": value}
    return values


def records_beside(path: Path) -> list[Path]:
    """The records in a file's folder."""
    return sorted(path.parent.glob(f"*{_SUFFIX}"))


def recorded_outputs(record: Path) -> dict[str, str]:
    """SHA-256 by name of the files that a record vouches for; raises UserError if it cannot be read."""
    outputs = read_json(record).get("outputs")
    return outputs if isinstance(outputs, dict) else {}


def circumstances_here() -> dict[str, Any]:
    """Where and with what this process computes."""
    return {
        "commit": _git("rev-parse", "HEAD"),
        "dirty": _git("status", "--porcelain", "--untracked-files=no") not in ("", None),
        "host": platform.node(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "code_path": code_path(),
        "system": platform.system(),
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
        "libraries": installed_versions(),
    }


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
