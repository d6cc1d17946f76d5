"""The audit: from every report back to the raw data, one verdict per step, by records, code, parameters and dvc.lock.

What is compared: each output with its record; each record with the step as the project would execute it now
(settings, code, libraries); each record's inputs with the files that are there, raw ones too; all of it with
``dvc.lock``, and that with what Git has committed. Every file is read anew each time.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.provenance import manifest, raw
from snnlocality.provenance.closure import code_digest
from snnlocality.provenance.environment import installed_versions
from snnlocality.provenance.manifest import Manifest, md5
from snnlocality.provenance.records import execution_of, flat, recorded_outputs, records_beside
from snnlocality.storage import read_json, sha256
from snnlocality.study import catalogue
from snnlocality.study.step import Job

_RECORD = {"step", "settings", "code", "libraries", "inputs", "outputs"}
_MOST = 20  # raw files that a finding names before it counts the rest

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Progress that nobody sees."""


class Verdict(StrEnum):
    """What the audit says of a step, the worst last."""

    OK = "ok"
    OWN = "own"  # computed on this machine, as its record and log say, and not what dvc.lock remembers
    MISSING = "missing"  # never executed, or deleted since
    STALE = "stale"  # settings, code, libraries or inputs are others now
    ORPHAN = "orphan"  # a file that no step of the study makes
    UNRECORDED = "unrecorded"  # outputs without a readable record
    TAMPERED = "tampered"  # a file is not what its record, or dvc.lock, says


SOUND = (Verdict.OK, Verdict.OWN)


class Finding(NamedTuple):
    """The verdict on one step, or on one file that belongs to none."""

    step: str
    output: str  # the step's first output, or the file
    verdict: Verdict
    reasons: tuple[str, ...]


def audit_study(
    parameters: params.Parameters, jobs: Sequence[Job], remembered: Manifest, progress: Progress = silent
) -> list[Finding]:
    """Findings on all steps of the study, on files of no step, and on dvc.lock. (Raw files: ``raw_findings``.)"""
    return [
        *_examined(jobs, remembered, progress),
        *orphans(parameters, jobs),
        *lock_findings(parameters, jobs, remembered),
    ]


def audit_steps(jobs: Sequence[Job], remembered: Manifest, progress: Progress = silent) -> list[Finding]:
    """Findings on some steps, and on a dvc.lock that is not to be trusted. (Raw files: ``raw_findings``.)"""
    return [*_examined(jobs, remembered, progress), *_lock_faults(remembered.faults)]


def _examined(jobs: Sequence[Job], remembered: Manifest, progress: Progress) -> Iterator[Finding]:
    for number, job in enumerate(jobs):
        progress(number, len(jobs))
        yield examined(job, remembered)


def require_sound(jobs: Iterable[Job], what: str) -> None:
    """Raise UserError for the first step that is not ok: ``what`` is made of sound ones alone."""
    for job in jobs:
        finding = examined(job)
        if finding.verdict not in SOUND:
            raise UserError(
                f"{finding.output} is {finding.verdict.value} ({'; '.join(finding.reasons)}); {what} holds only what "
                "the audit finds ok: snnlocality audit."
            )


def chosen(parameters: params.Parameters, targets: Sequence[str] = ()) -> list[Job]:
    """The steps behind the targets, or all of the study; UserError for a target that no step of it makes."""
    # Nobody needs the extras, but who has them.
    there = [job for job in catalogue.extras(parameters) if job.output.exists()]
    jobs = [*catalogue.everything(parameters), *there]
    behind_targets = [job for target in targets for job in chain(jobs, target)] if targets else jobs
    return list({job.output: job for job in behind_targets}.values())


def chain(jobs: list[Job], target: str) -> list[Job]:
    """The step that makes a file, and all steps behind it, the data last."""
    makers = {output: job for job in jobs for output in (*job.output_paths, job.record)}
    if (first := makers.get(_of_project(target))) is None:
        raise UserError(f"{target} is made by no step of this study; audit a file below results/ or reports/.")
    found, ahead = {}, [first]
    while ahead:
        job = ahead.pop(0)
        if job.output not in found:
            found[job.output] = job
            ahead += [makers[path] for path in job.input_paths]
    return list(found.values())


def _of_project(target: str) -> Path:
    """A path relative to the project's root, which is the working directory; links within the project stay."""
    path = Path(os.path.abspath(target))
    return next((path.relative_to(one) for one in path.parents if one.exists() and one.samefile(".")), path)


def examined(job: Job, remembered: Manifest = manifest.EMPTY) -> Finding:
    """The verdict on one step."""

    def finding(verdict: Verdict, *reasons: str) -> Finding:
        return Finding(job.name, str(job.output), verdict, reasons)

    absent = [str(path) for path in job.output_paths if not path.is_file()]
    if absent:
        return finding(Verdict.MISSING, *(f"{path} does not exist" for path in absent))
    try:
        record = read_json(job.record)
    except UserError as error:
        return finding(Verdict.UNRECORDED, str(error))
    outputs = record.get("outputs")
    if not isinstance(outputs, dict) or set(outputs) != {path.name for path in job.output_paths}:
        return finding(Verdict.UNRECORDED, f"{job.record} does not name the outputs of its step")
    if (
        set(record) != (_RECORD | {"raw"} if job.raw else _RECORD)
        or record["step"] != job.name
        or not _as_written(job.record, record)
    ):
        return finding(Verdict.TAMPERED, f"{job.record} is not as a step writes it: it was edited")
    forged = [
        f"{path} is not what {job.record} says" for path in job.output_paths if digest(path) != outputs[path.name]
    ]
    others = [
        f"{path} is not what dvc.lock remembers"
        for path in (*job.output_paths, job.record)
        if str(path) in remembered.files and md5(path) != remembered.files[str(path)]
    ]
    if forged or (others and not computed_here(job)):
        return finding(Verdict.TAMPERED, *forged, *others)
    stale = outdated(job, record)
    # An edited record may read like an old one: it is named either way.
    if stale:
        return finding(Verdict.STALE, f"{job.record} says otherwise:", *stale)
    return finding(Verdict.OWN, *others) if others else finding(Verdict.OK)


def computed_here(job: Job) -> bool:
    """Whether a log says that this step's results, as recorded, were computed here or handed over with it."""
    return execution_of(job) is not None


def _as_written(path: Path, record: dict) -> bool:
    """Whether a record's bytes are those that ``storage.write_json`` would write."""
    return path.read_bytes() == (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()


def outdated(job: Job, record: dict) -> list[str]:
    """Why a step would be executed again."""
    reasons = []
    if record.get("settings") != job.settings_table:
        before = flat(record["settings"]) if isinstance(record.get("settings"), dict) else {}
        settings = flat(job.settings_table)
        changed = sorted(key for key in settings.keys() | before.keys() if settings.get(key) != before.get(key))
        reasons.append(f"settings are others now: {', '.join(changed)}")
    if record.get("code") != code(job.modules):
        reasons.append("its code is another now")
    here, libraries = installed_versions(), record.get("libraries")
    if libraries != here:
        then = libraries if isinstance(libraries, dict) else {}
        changed = [f"{name} {then.get(name)}, now {now}" for name, now in here.items() if then.get(name) != now]
        reasons.append(f"it was made with other numerical libraries: {', '.join(changed)}")
    before = record["inputs"] if isinstance(record.get("inputs"), dict) else {}
    now = {
        str(path): digest(path) if path.is_file() else "" for path in (*job.input_paths, *job.static_inputs.values())
    }
    reasons += [f"{path} was not an input then" for path in now.keys() - before.keys()]
    reasons += [f"{path} is no input any more" for path in before.keys() - now.keys()]
    reasons += [
        f"{path} {'is another file now' if now[path] else 'does not exist any more'}"
        for path in now.keys() & before.keys()
        if now[path] != before[path] and (now[path] or Path(path).name != paths.DATA_FILE)
    ]
    return sorted(reasons)


def orphans(parameters: params.Parameters, jobs: Iterable[Job]) -> list[Finding]:
    """Files of the study that no step makes."""
    known = {str(path) for job in jobs for path in (*job.output_paths, job.record)}
    folders = (paths.RESULTS / parameters.label, paths.REPORTS)
    there = {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}
    return [Finding("", path, Verdict.ORPHAN, (_whose(Path(path)),)) for path in sorted(there - known)]


def _whose(path: Path) -> str:
    """Where a file comes from that no step of the study makes."""
    with suppress(UserError):
        if any(path == record or path.name in recorded_outputs(record) for record in records_beside(path)):
            return "a step made it, by hand or with other parameters: delete it, or have params.yaml ask for it"
    return "no step of this study makes it: delete it, or keep it elsewhere"


def lock_findings(parameters: params.Parameters, jobs: Sequence[Job], remembered: Manifest) -> list[Finding]:
    """Findings on what dvc.lock remembers beside results, on folders that it cannot tell, and on itself."""
    # DVC has no stage for what is made only for who asks.
    extras = {job.name for job in catalogue.extras(parameters)}
    results = {str(path) for job in jobs if job.name not in extras for path in (*job.output_paths, job.record)}
    others = {path: known for path, known in remembered.files.items() if path not in results}
    found = [
        Finding("dvc.lock", path, Verdict.MISSING, (f"{path} does not exist",))
        if not Path(path).is_file()
        else Finding("dvc.lock", path, Verdict.TAMPERED, (f"{path} is not what dvc.lock remembers",))
        for path, known in others.items()
        if not Path(path).is_file() or md5(Path(path)) != known
    ]
    for folder, why in remembered.unclear.items():
        within = [job for job in jobs if Path(folder) in job.record.parents]
        verdict = Verdict.OWN if within and all(map(computed_here, within)) else Verdict.TAMPERED
        found.append(Finding("dvc.lock", folder, verdict, (why,)))
    faults = list(remembered.faults)
    if remembered.files:
        unclear = tuple(f"{folder}/" for folder in remembered.unclear)
        unknown = sorted(path for path in results - remembered.files.keys() if not path.startswith(unclear))
        faults += [f"{path} is not in it (dvc repro)" for path in unknown]
        if not faults:
            found.append(Finding("dvc.lock", str(manifest.LOCK), Verdict.OK, ()))
    return [*found, *_lock_faults(faults)]


def _lock_faults(faults: Sequence[str]) -> list[Finding]:
    return [Finding("dvc.lock", str(manifest.LOCK), Verdict.UNRECORDED, tuple(faults))] if faults else []


def raw_findings(jobs: Iterable[Job], progress: Progress = silent) -> list[Finding]:
    """A finding on the raw files of every data set that these steps prepared, against the record of the preparation."""
    return [_raw_finding(job, job.raw, progress) for job in jobs if job.raw]


def _raw_finding(job: Job, folder: str, progress: Progress) -> Finding:
    def finding(verdict: Verdict, *reasons: str) -> Finding:
        more = (f"and {len(reasons) - _MOST} more",) if len(reasons) > _MOST else ()
        return Finding("raw data", f"data/{folder}", verdict, (*reasons[:_MOST], *more))

    try:
        before = dict(read_json(job.record)["raw"])
    except (UserError, KeyError, TypeError, ValueError):
        return finding(Verdict.UNRECORDED, f"{job.record} does not say what they were")
    there = raw.files(folder)
    if not there:
        return finding(Verdict.MISSING, f"{folder} is not in the data folder: {len(before)} files cannot be checked")
    changed = []
    for number, (name, path) in enumerate(there.items()):
        progress(number, len(there))
        if name in before and not raw.is_still(path, before[name]):
            changed.append(f"{name} is not what {job.record} says")
    lost = [f"{name} does not exist any more" for name in before if name not in there]
    new = [f"{name} was not there when {job.output} was made" for name in there if name not in before]
    verdict = Verdict.TAMPERED if changed else Verdict.MISSING if lost else Verdict.STALE if new else Verdict.OK
    return finding(verdict, *changed, *lost, *new)


@cache
def digest(path: Path) -> str:
    """SHA-256 of a file, read now."""
    return sha256(path)


@cache
def code(modules: tuple[str, ...]) -> str:
    """Digest of a code closure; many steps share one."""
    return code_digest(modules)
