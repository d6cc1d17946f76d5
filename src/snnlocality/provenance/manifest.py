"""The manifest that Git keeps of a study's results: ``dvc.lock``, and whether it is as committed."""

import hashlib
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.errors import UserError

LOCK = Path("dvc.lock")


class Manifest(NamedTuple):
    """What dvc.lock remembers of a study."""

    files: dict[str, str]  # MD5 by path, of every file remembered by itself or in a folder
    unclear: dict[str, str]  # folders that are others now, with why their files cannot be told apart
    faults: tuple[str, ...]  # why dvc.lock itself is not to be trusted
    words: str  # what it is, for people


EMPTY = Manifest({}, {}, (), "")


@cache
def md5(path: Path) -> str:
    """MD5 of a file, as DVC names it; read now, never known by size and time stamp, which an edit can leave as were."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def read(parameters: params.Parameters) -> Manifest:
    """The manifest of the chosen study; without files if dvc.lock does not exist or remembers another study."""
    try:
        text = LOCK.read_bytes()
    except FileNotFoundError:
        return EMPTY._replace(words="none: no dvc.lock, so records are compared with each other alone (dvc repro)")
    try:
        outs = _outs(text)
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError):
        return EMPTY._replace(faults=("dvc.lock is not as DVC writes it: git checkout dvc.lock",), words="unreadable")
    if not any(path.startswith(f"{paths.RESULTS / parameters.label}/") for path in outs):
        return EMPTY._replace(
            words="none: dvc.lock remembers another study, so records are compared with each other alone"
        )
    files: dict[str, str] = {}
    unclear: dict[str, str] = {}
    for path, known in outs.items():
        if not known.endswith(".dir"):
            files[path] = known
        elif (listing := _listing(Path(path), known.removesuffix(".dir"))) is not None:
            files |= {f"{path}/{name}": digest for name, digest in listing.items()}
        else:
            unclear[path] = f"{path} is not what dvc.lock remembers; which file it is, DVC's cache can tell: dvc fetch"
    committed = _git("rev-parse", f"HEAD:./{LOCK}")
    if committed is None:
        return Manifest(files, unclear, (), "dvc.lock, which Git has not committed: nothing protects it")
    words = f"dvc.lock as committed ({_git('rev-parse', '--short', 'HEAD')})"
    if _git("hash-object", str(LOCK)) == committed:
        return Manifest(files, unclear, (), words)
    return Manifest(files, unclear, (_difference(outs),), "dvc.lock, not as committed")


def committed_outputs() -> dict[str, str]:
    """MD5 by path of all outputs of the dvc.lock that Git has committed, folders' as DVC writes them: ``....dir``.

    Without Git, of the one that is here. Raises UserError if there is none, or none that can be read.
    """
    text = _git("show", f"HEAD:./{LOCK}")
    try:
        return _outs(text.encode() if text is not None else LOCK.read_bytes())
    except (AttributeError, KeyError, OSError, TypeError, ValueError, yaml.YAMLError):
        raise UserError(
            f"There is no {LOCK} that can be read; git checkout {LOCK}, or dvc repro to make one."
        ) from None


def is_as_remembered(path: Path, known: str) -> bool:
    """Whether a file or folder is what DVC's hash of it says."""
    if known.endswith(".dir"):
        return _is(_contents(path), known.removesuffix(".dir"))
    return path.is_file() and md5(path) == known


def _outs(text: bytes) -> dict[str, str]:
    """MD5 by path of all outputs of a dvc.lock."""
    stages = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["stages"]
    return {str(out["path"]): str(out["md5"]) for stage in stages.values() for out in stage.get("outs", [])}


def _difference(outs: dict[str, str]) -> str:
    before = _outs((_git("show", f"HEAD:./{LOCK}") or "stages: {}").encode())
    changed = sorted(path for path in outs.keys() | before.keys() if outs.get(path) != before.get(path))
    what = ", ".join(changed) if changed else "no output, but what they were made of"
    return f"dvc.lock is not the one that Git has committed (git diff dvc.lock; if it is yours, commit it): {what}"


def _listing(folder: Path, key: str) -> dict[str, str] | None:
    """MD5 by name of the files that a folder should have, None if nobody here knows."""
    own = _contents(folder)
    text = own if _is(own, key) else _cached_listing(key)
    if text is None or not _is(text, key):
        return None
    return {entry["relpath"]: entry["md5"] for entry in json.loads(text)}


def _contents(folder: Path) -> bytes:
    """Names and MD5 of a folder's files, in the form that DVC hashes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    entries = [{"md5": md5(path), "relpath": path.relative_to(folder).as_posix()} for path in files]
    entries.sort(key=lambda entry: entry["relpath"])
    return json.dumps(entries, sort_keys=True).encode()


def _is(text: bytes, key: str) -> bool:
    return hashlib.md5(text, usedforsecurity=False).hexdigest() == key


def _cached_listing(key: str) -> bytes | None:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo  # seconds to load, and needed only where something is wrong

    try:
        cache_folder = Path(Repo(".").cache.local.path)
        return (cache_folder / key[:2] / f"{key[2:]}.dir").read_bytes()
    except (DvcException, OSError):
        return None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
