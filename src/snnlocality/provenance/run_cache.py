"""Runs trained many at once, kept under the hash of all that decides them until each one's own rule asks.

A run stays a job of its own in the workflow: its rule takes the outputs from here where the key matches, and trains
where it does not. What is taken is checked, so that an edited entry is never used.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from snnlocality.errors import UserError
from snnlocality.provenance.closure import code_digest
from snnlocality.provenance.environment import installed_versions
from snnlocality.storage import PART, atomic_path, check_writable, read_json, remove_leftovers, sha256, write_json
from snnlocality.study.step import Job

VARIABLE = "SNNLOCALITY_RUN_CACHE"  # a folder that several checkouts may share
_ENTRY = "entry.json"


def key(job: Job, inputs: Mapping[str, str]) -> str:
    """SHA-256 of all that decides a run: settings, code (of training many at once too), libraries and inputs."""
    decisive = {
        "step": job.name,
        "settings": job.settings_table,
        "code": code_digest((*job.modules, "snnlocality.steps.train_many")),
        "libraries": installed_versions(),
        "inputs": dict(inputs),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def holds(job: Job, inputs: Mapping[str, str]) -> bool:
    """Whether all outputs of a run are here, unchanged."""
    folder = _folder(job, inputs)
    try:
        entry = read_json(folder / _ENTRY)
        digests = {output.name: sha256(folder / output.name) for output in job.output_paths}
        return entry["outputs"] == digests and isinstance(entry["engine"], str)
    except (UserError, KeyError, OSError):
        return False


def take(job: Job, inputs: Mapping[str, str]) -> str | None:
    """Copy a run's outputs to their places; return the engine that computed them, or None if they are not here."""
    if not holds(job, inputs):
        return None
    folder = _folder(job, inputs)
    for output in job.output_paths:
        with atomic_path(output) as temporary:
            shutil.copyfile(folder / output.name, temporary)
    return read_json(folder / _ENTRY)["engine"]


def put(job: Job, inputs: Mapping[str, str], engine: str, write: Callable[[Path], None]) -> None:
    """Keep a run's outputs: ``write`` makes them, under their own names, in the folder it is given."""
    folder = _folder(job, inputs)
    check_place()
    remove_leftovers(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.", suffix=PART) as scratch:
        draft = Path(scratch) / folder.name
        draft.mkdir()
        write(draft)
        outputs = {output.name: sha256(draft / output.name) for output in job.output_paths}
        write_json(draft / _ENTRY, {"engine": engine, "outputs": outputs, "settings": job.settings_table})
        shutil.rmtree(folder, ignore_errors=True)  # an entry that no longer holds
        os.replace(draft, folder)


def check_place() -> None:
    """Raise UserError if nothing can be kept, before hours of work go into it; make the folder."""
    check_writable(root() / _ENTRY)


def root() -> Path:
    """The folder of all that is kept: what the environment variable SNNLOCALITY_RUN_CACHE names, or ``.run-cache``."""
    return Path(os.environ.get(VARIABLE) or ".run-cache")


def _folder(job: Job, inputs: Mapping[str, str]) -> Path:
    return root() / key(job, inputs)
