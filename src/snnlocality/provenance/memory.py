"""Snakemake's memory, told from the records.

Snakemake decides on reruns by what it remembers of every output in ``.snakemake/metadata``: parameters, inputs and
their checksums. That folder knows only what Snakemake computed in it: nothing in a fresh clone, the wrong thing after
a checkout of older results or a step that was run by hand. The records beside the results know the same and travel
with them, so before Snakemake decides, its memory is made to say what they say.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from snakemake.persistence import RECORD_FORMAT_VERSION, MetadataRecord
from snakemake.persistence.file import FilePersistence

from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.storage import read_json


class _Record(BaseModel):
    """A record as ``provenance.records`` writes it."""

    model_config = ConfigDict(strict=True)

    step: str
    settings: dict[str, Any]
    code: str
    libraries: dict[str, list[str]]
    inputs: dict[str, str]
    outputs: dict[str, str]


def recall(study: str) -> None:
    """Make Snakemake remember of the study's results and of the reports what their records say, and only that.

    Unreadable records are passed over: who reads their outputs refuses them, and the audit names them.
    """
    memory = FilePersistence(nolock=True)
    for folder in (paths.RESULTS / study, paths.REPORTS):
        for path in folder.rglob("*.record.json"):
            try:
                record = _Record.model_validate(read_json(path))
            except (UserError, ValidationError):
                continue
            settings, libraries = as_text(record.settings), as_text(record.libraries)
            params = (study, record.step, settings, record.code, libraries, [], [])  # as common.smk declares them
            told = {
                "record_format_version": RECORD_FORMAT_VERSION,
                "incomplete": False,
                "params": sorted(map(repr, params)),
                "input": sorted(record.inputs),
                "input_checksums": {file: f"sha256:{digest}" for file, digest in record.inputs.items()},
                # How a job is started and in which environment decides nothing here.
                "code": None,
                "software_stack_hash": None,
            }
            for output in (path, *(path.with_name(Path(name).name) for name in record.outputs)):
                known = memory._read_record(str(output))
                if known is None:
                    known = MetadataRecord(rule=record.step, **_times(path, record.step))
                if any(known[field] != value for field, value in told.items()):
                    memory._write_record(str(output), known.model_copy(update=told))


def as_text(value: Any) -> str:
    """A value in one line, equal for equal values."""
    return json.dumps(value, sort_keys=True)


def _times(record: Path, step: str) -> dict[str, float]:
    """Start and end of the execution for Snakemake's report; where it left no log, when its record was written."""
    try:
        execution = read_json(paths.log(record).with_name(f"{step}.execution.json"))
        start = datetime.fromisoformat(execution["started"]).timestamp()
        return {"starttime": start, "endtime": start + float(execution["seconds"])}
    except (UserError, KeyError, TypeError, ValueError):
        written = record.stat().st_mtime
        return {"starttime": written, "endtime": written}
