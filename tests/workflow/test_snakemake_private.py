"""A canary: what Snakemake does not promise and is leaned on is there, in the locked release and in newer ones."""

import asyncio
import hashlib
import inspect
import os
import re
from pathlib import Path
from types import SimpleNamespace

import snakemake.api  # noqa: F401 - its modules import each other, and work in this order
from snakemake.dag import DAG
from snakemake.io import IOCache, _IOFile
from snakemake.jobs import Reason
from snakemake.persistence import MetadataRecord
from snakemake.persistence.file import FilePersistence
from snakemake.scheduling import job_scheduler
from snakemake.workflow import Workflow

from snnlocality.study import snakemake_private as private


def test_a_record_of_an_output_is_written_and_read_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = {"params": ["'x'"], "input": ["a"], "input_checksums": {"a": "sha256:0"}}
    private.remember(private.memory(), tmp_path / "made.csv", "train", lambda: {"starttime": 1.0, "endtime": 2.0}, told)
    known = private.memory()._read_record(str(tmp_path / "made.csv"))
    assert {field: known[field] for field in told} == told
    assert (known["rule"], known["incomplete"], known["starttime"]) == ("train", False, 1.0)


def test_the_fields_and_attributes_have_their_names():
    for field in ("rule", "params", "input", "input_checksums", "incomplete", "code", "software_stack_hash"):
        assert field in MetadataRecord.model_fields, f"Snakemake's record of an output has no field '{field}' any more"
    for owner, name in ((FilePersistence, "_read_record"), (FilePersistence, "_write_record"), (DAG, "needrun_jobs")):
        assert hasattr(owner, name), f"{owner.__name__} has no {name} any more"
    assert hasattr(Workflow, "is_main_process"), "a workflow does not know any more whether it is the one that plans"
    assert "job_rate_limiter" in inspect.getsource(job_scheduler), (
        "the scheduler's limit of jobs a second has another name"
    )
    assert "self.default_target" in Path(inspect.getfile(Workflow)).read_text(), (
        "a workflow's default target has another name"
    )


def test_a_reason_names_few_files_and_counts_the_others(monkeypatch):
    monkeypatch.setattr(Reason, "__str__", Reason.__str__)
    reason = Reason()
    reason.updated_input_run.update(f"results/{letter}" for letter in "abcde")
    reason.missing_output.update(("reports/x", "reports/y"))
    reason.params_changed = (
        "before: '{\"a\": [1, 2, 3, 4, 5]}' now: ['results/a', 'results/b', 'results/c', 'results/d', 'results/e']"
    )
    private.shorten_reasons()
    missing, updated, params = str(reason).split("; ")
    assert set(missing.removeprefix("Missing output files: ").split(", ")) == {"reports/x", "reports/y"}
    assert re.fullmatch(r"Input files updated by another job: results/., results/., results/. and 2 more", updated)
    assert params.endswith("[1, 2, 3, 4, 5]}' now: ['results/a', 'results/b', 'results/c' and 2 more]")


def test_a_file_is_read_anew_only_if_it_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(_IOFile, "checksum", _IOFile.checksum)
    private.read_files_once()
    path = tmp_path / "data"

    as_it_is = SimpleNamespace(apply=lambda name: name)
    rule = SimpleNamespace(workflow=SimpleNamespace(iocache=IOCache(0)), pathvars=as_it_is)
    rule.workflow.iocache.active = False
    read = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda stream, name: (read.append(1), digest(stream, name))[1])

    def checksum(threshold=10**12):
        return asyncio.run(_IOFile(str(path), rule).checksum(threshold))

    def expected():
        return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()

    path.write_text("one")
    assert checksum() == checksum() == expected()
    assert len(read) == 1
    assert checksum(threshold=2) is None
    path.write_text("two")
    os.utime(path, ns=(1, 1))
    assert checksum() == expected()
    other = tmp_path / "other"
    other.write_text("six")
    os.utime(other, ns=(1, 1))
    other.replace(path)
    assert checksum() == expected()
    assert len(read) == 3
    path.unlink()
    assert checksum() is None
