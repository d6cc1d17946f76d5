"""Snakemake's memory, told from the records.

Snakemake decides on reruns by what it remembers of every output in ``.snakemake/metadata``: parameters, inputs and
their checksums. That folder knows only what Snakemake computed in it: nothing in a fresh clone, the wrong thing after
a checkout of older results or a step that was run by hand. The records beside the results know the same and travel
with them, so before Snakemake decides, its memory is made to say what they say.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.storage import read_json
from snnlocality.study import snakemake_private as private
from snnlocality.study.step import Job

_UNKNOWN = ["no readable record says how it was made"]  # in place of parameters, so different from all


class _Record(BaseModel):
    """A record as ``provenance.records`` writes it."""

    model_config = ConfigDict(strict=True)

    step: str
    settings: dict[str, Any]
    code: str
    libraries: dict[str, str | None]
    inputs: dict[str, str]
    outputs: dict[str, str]


def recall(study: str, jobs: Iterable[Job] = ()) -> None:
    """Make Snakemake remember of the study's results and of the reports what their records say, and only that.

    Of results for which no readable record vouches it remembers just that, so that the jobs (of ``jobs``, which are
    looked at only then) that make them are executed again.
    """
    memory = private.memory()
    there = {path for folder in (paths.RESULTS / study, paths.REPORTS) for path in folder.rglob("*") if path.is_file()}
    records = {path for path in there if path.name.endswith(".record.json")}
    vouched: set[Path] = set()
    for path in records:
        try:
            record = _Record.model_validate(read_json(path))
        except (UserError, ValidationError):
            continue
        settings, libraries = as_text(record.settings), as_text(record.libraries)
        # As common.smk declares them.
        params: tuple[object, ...] = (study, record.step, settings, record.code, libraries, [], [])
        outputs = [path.with_name(Path(name).name) for name in record.outputs]
        vouched.update(outputs)
        told = {
            "params": sorted(map(repr, params)),
            "input": sorted(record.inputs),
            "input_checksums": {file: f"sha256:{digest}" for file, digest in record.inputs.items()},
        }
        _tell(memory, (path, *outputs), path, record.step, told)
    if unvouched := there - records - vouched:
        for job in jobs:
            if found := unvouched.intersection(job.output_paths):
                _tell(memory, (job.record, *job.output_paths), min(found), job.name, {"params": _UNKNOWN})


def _tell(memory: Any, outputs: Iterable[Path], of: Path, step: str, told: dict[str, Any]) -> None:
    """Make it remember this of a step's outputs; ``of``: one of them that exists."""
    for output in outputs:
        private.remember(memory, output, step, lambda: _times(of, step), told)


def as_text(value: Any) -> str:
    """A value in one line, equal for equal values."""
    return json.dumps(value, sort_keys=True)


def _times(output: Path, step: str) -> dict[str, float]:
    """Start and end of the execution for Snakemake's report; where it left no log, when this was written."""
    try:
        execution = read_json(paths.log(output).with_name(f"{step}.execution.json"))
        start = datetime.fromisoformat(execution["started"]).timestamp()
        return {"starttime": start, "endtime": start + float(execution["seconds"])}
    except (UserError, KeyError, TypeError, ValueError):
        written = output.stat().st_mtime
        return {"starttime": written, "endtime": written}
