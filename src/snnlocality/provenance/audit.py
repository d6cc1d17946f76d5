"""The audit: from every report back to the data, one verdict per step, by records, code, parameters and dvc.lock.

What is compared: each output with its record; each record with the step as the project would execute it now (settings,
code, libraries); each record's inputs with the files that are there; and all of it with ``dvc.lock``, which Git keeps.
Someone who changes an output, its record, all records made from it *and* the lock, consistently, leaves no trace here
but in Git's history.
"""

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from snnlocality import parameters as params
from snnlocality import paths, plan, registry
from snnlocality.errors import UserError
from snnlocality.plan import Plan
from snnlocality.provenance.closure import code_digest
from snnlocality.provenance.environment import locked_versions
from snnlocality.storage import read_json, sha256

LOCK = Path("dvc.lock")
_RECORD = {"step", "settings", "code", "libraries", "inputs", "outputs"}
_CACHE = Path(".dvc/cache/files/md5")


class Verdict(StrEnum):
    """What the audit says of a step, the worst last."""

    OK = "ok"
    MISSING = "missing"  # never executed, or deleted since
    STALE = "stale"  # settings, code, libraries or inputs are others now
    ORPHAN = "orphan"  # a file that no step of the study makes
    UNRECORDED = "unrecorded"  # outputs without a readable record
    TAMPERED = "tampered"  # a file is not what its record, or dvc.lock, says


class Finding(NamedTuple):
    """The verdict on one step, or on one file that belongs to none."""

    step: str
    output: str  # the step's first output, or the file
    verdict: Verdict
    reasons: tuple[str, ...]


def audit(parameters: params.Parameters, targets: Iterable[str] = ()) -> list[Finding]:
    """Findings on every step behind the targets; without targets, on the whole study and on files of no step.

    Raises UserError for a target that no step of the study makes.
    """
    searches = (*plan.searches(parameters), plan.search_table(parameters))  # nobody needs them, but who has them
    steps = [*plan.everything(parameters), *(step for step in searches if step.outputs[0].exists())]
    wanted = list(targets)
    chosen = [step for target in wanted for step in chain(steps, target)] if wanted else steps
    remembered = lock(parameters)
    findings = [examined(step, remembered) for step in {step.outputs[0]: step for step in chosen}.values()]
    return findings if wanted else [*findings, *orphans(parameters, steps)]


def chain(steps: list[Plan], target: str) -> list[Plan]:
    """The step that makes a file, and all steps behind it, the data last."""
    makers = {output: step for step in steps for output in (*step.outputs, step.record)}
    if (first := makers.get(Path(target))) is None:
        raise UserError(f"{target} is made by no step of this study; audit a file below results/ or reports/.")
    found, ahead = {}, [first]
    while ahead:
        step = ahead.pop(0)
        if step.outputs[0] not in found:
            found[step.outputs[0]] = step
            ahead += [makers[path] for path in step.made]
    return list(found.values())


def examined(step: Plan, remembered: dict[str, str]) -> Finding:
    """The verdict on one step."""

    def finding(verdict: Verdict, *reasons: str) -> Finding:
        return Finding(step.step, str(step.outputs[0]), verdict, reasons)

    absent = [str(path) for path in step.outputs if not path.is_file()]
    if absent:
        return finding(Verdict.MISSING, *(f"{path} does not exist" for path in absent))
    try:
        record = read_json(step.record)
    except UserError as error:
        return finding(Verdict.UNRECORDED, str(error))
    outputs = record.get("outputs")
    if not isinstance(outputs, dict) or set(outputs) != {path.name for path in step.outputs}:
        return finding(Verdict.UNRECORDED, f"{step.record} does not name the outputs of its step")
    if set(record) != _RECORD or record["step"] != step.step or not _as_written(step.record, record):
        return finding(Verdict.TAMPERED, f"{step.record} is not as a step writes it: it was edited")
    forged = [f"{path} is not what {step.record} says" for path in step.outputs if digest(path) != outputs[path.name]]
    forged += [
        f"{path} is not what dvc.lock remembers (if it was computed again since: dvc repro)"
        for path in (*step.outputs, step.record)
        if str(path) in remembered and md5(path) != remembered[str(path)]
    ]
    if forged:
        return finding(Verdict.TAMPERED, *forged)
    stale = outdated(step, record)
    # An edited record may read like an old one: it is named either way.
    return finding(Verdict.STALE, f"{step.record} says otherwise:", *stale) if stale else finding(Verdict.OK)


def _as_written(path: Path, record: dict) -> bool:
    """Whether a record's bytes are those that ``storage.write_json`` would write."""
    return path.read_bytes() == (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()


def outdated(step: Plan, record: dict) -> list[str]:
    """Why a step would be executed again."""
    reasons = []
    settings = json.loads(step.decisive)
    if record.get("settings") != settings:
        before = record.get("settings") if isinstance(record.get("settings"), dict) else {}
        changed = sorted(key for key in settings.keys() | before.keys() if settings.get(key) != before.get(key))
        reasons.append(f"settings are others now: {', '.join(changed)}")
    if record.get("code") != code(step.modules):
        reasons.append("its code is another now")
    if record.get("libraries") != libraries():
        reasons.append("numerical libraries are locked to other versions now")
    before = record.get("inputs") if isinstance(record.get("inputs"), dict) else {}
    now = {str(path): digest(path) if path.is_file() else "" for path in (*step.made, *step.given)}
    reasons += [f"{path} was not an input then" for path in now.keys() - before.keys()]
    reasons += [f"{path} is no input any more" for path in before.keys() - now.keys()]
    reasons += [
        f"{path} {'is another file now' if now[path] else 'does not exist any more'}"
        for path in now.keys() & before.keys()
        if now[path] != before[path] and (now[path] or Path(path).name != paths.DATA_FILE)
    ]
    return sorted(reasons)


def orphans(parameters: params.Parameters, steps: list[Plan]) -> list[Finding]:
    """Files of the study that no step makes."""
    known = {str(path) for step in steps for path in (*step.outputs, step.record)}
    folders = (paths.RESULTS / parameters.label, paths.REPORTS)
    there = {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}
    return [Finding("", path, Verdict.ORPHAN, ("no step of this study makes it",)) for path in sorted(there - known)]


def lock(parameters: params.Parameters) -> dict[str, str]:
    """MD5 by path of every file that dvc.lock remembers by itself; nothing if it remembers another study."""
    try:
        stages = yaml.safe_load(LOCK.read_text(encoding="utf-8"))["stages"]
    except (FileNotFoundError, TypeError, KeyError, yaml.YAMLError):
        return {}
    outs = [out for stage in stages.values() for out in stage.get("outs", [])]
    if not any(out["path"].startswith(f"{paths.RESULTS / parameters.label}/") for out in outs):
        return {}
    files: dict[str, str] = {}
    for out in outs:
        if out["md5"].endswith(".dir"):
            files |= _folder(Path(out["path"]), out["md5"])
        else:
            files[out["path"]] = out["md5"]
    return files


def _folder(folder: Path, remembered: str) -> dict[str, str]:
    """MD5 that the files of a folder should have, "" where only the folder as a whole is known to be another."""
    key = remembered.removesuffix(".dir")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    entries = [{"md5": md5(path), "relpath": path.relative_to(folder).as_posix()} for path in files]
    entries.sort(key=lambda entry: entry["relpath"])
    listing = json.dumps(entries, sort_keys=True).encode()  # what DVC hashes
    if hashlib.md5(listing, usedforsecurity=False).hexdigest() != key:
        try:  # the listing it had may be in DVC's cache
            listing = (_CACHE / key[:2] / f"{key[2:]}.dir").read_bytes()
        except OSError:
            return {str(path): "" for path in files}
    return {str(folder / entry["relpath"]): entry["md5"] for entry in json.loads(listing)}


@cache
def code(modules: tuple[str, ...]) -> str:
    """Digest of a code closure; many steps share one."""
    return code_digest(modules)


@cache
def libraries() -> dict[str, list[str]]:
    """Locked versions of the numerical libraries."""
    return locked_versions()


@cache
def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path)


@cache
def md5(path: Path) -> str:
    """MD5 of a file, as DVC names it."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


# Keys of a cell, and the settings of steps that they are; "" for what is chosen within a step's output.
CELL_KEYS = {
    "task": "task",
    "method": "rule",
    "rule": "rule",
    "arch": "architecture",
    "fold": "fold",
    "seed": "seed",
    "trigger": "trigger",
    "poison_rate": "rate",
    "pair": "seed",
    "epsilon": "",
    "attack": "",
    "metric": "",
}


def behind(parameters: params.Parameters, report: str, cell: dict[str, str]) -> list[Plan]:
    """The steps behind one cell of a report: of those that know rule, architecture and so on, the ones that match.

    ``cell``: values by key, as ``CELL_KEYS`` names them. Raises UserError for an unknown key, or if nothing matches.
    """
    unknown = cell.keys() - CELL_KEYS.keys()
    if unknown:
        raise UserError(f"'{min(unknown)}' does not name a cell; use {', '.join(CELL_KEYS)}.")
    wanted = {CELL_KEYS[key]: value for key, value in cell.items() if CELL_KEYS[key]}
    steps = chain(list(plan.everything(parameters)), report)
    matching = [
        step
        for step in steps
        if "rule" in step.settings and all(_matches(step, key, value) for key, value in wanted.items())
    ]
    if not matching:
        raise UserError(f"No run behind {report} matches {', '.join(f'{k}={v}' for k, v in cell.items())}.")
    return matching


def _matches(step: Plan, key: str, value: str) -> bool:
    if key not in step.settings:
        return True
    own = step.settings[key]
    if key == "rule":
        names = (own, registry.load(params.RULES, own).RULE.label)
        return value.lower() in (name.lower() for name in names)
    if key == "architecture":
        return value.lower() in (own.lower(), params.ARCHITECTURE_LABELS[own].lower())
    if key == "rate":
        return value in (str(own), f"{own:g}")
    return str(own).lower() == value.lower()
