"""Raw files of real data: found below the data folder, hashed one by one, named in the record of what was made of them.

Their names start with ``data/`` wherever the data folder is (``$SNNLOCALITY_DATA``), so that a record reads the same on
every machine.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from snnlocality.data.source import data_folder
from snnlocality.errors import UserError
from snnlocality.storage import read_json, sha256

_PREFIX = "data/"


def files(folder: str) -> dict[str, Path]:
    """Every file below a folder of the data folder by its name in records; hidden ones are nobody's data.

    Raises UserError for a folder in it that is a link to one that holds it.
    """
    root = data_folder()
    found = {f"{_PREFIX}{path.relative_to(root).as_posix()}": path for path in _walk(root / folder)}
    return dict(sorted(found.items()))


def digests(folder: str) -> dict[str, str]:
    """SHA-256 of every file below a folder of the data folder, by its name in records.

    Raises UserError as ``files``, and for what cannot be read or is no file (a pipe, a device, a link to nowhere).
    """
    return {name: _digest(path) for name, path in files(folder).items()}


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise UserError(
            f"{path} lies among the raw data and cannot be read ({error.strerror}); remove it, or put the file there."
        ) from None


def changed(folder: str, record: Path) -> list[str]:
    """Raw files that are new, gone or others than the record of their preparation says, by name.

    As Snakemake treats inputs, a file is read only if it is newer than the record, so that every start costs a look at
    time stamps alone; who set them back is found by the audit. Nothing where the record or the data are not here.
    """
    try:
        before = dict(read_json(record)["raw"])
        prepared = record.stat().st_mtime
    except (UserError, OSError, KeyError, TypeError, ValueError):
        return []
    try:
        there = files(folder)
    except UserError as error:  # whoever prepares them again is told
        return [str(error)]
    if not there:
        return []
    edited = {name for name, path in there.items() if name in before and _edited(path, prepared, before[name])}
    return sorted(edited | (there.keys() ^ before.keys()))


def _edited(path: Path, prepared: float, digest: str) -> bool:
    return (not path.exists() or path.stat().st_mtime > prepared) and not is_still(path, digest)


def is_still(path: Path, digest: str) -> bool:
    """Whether a file has this SHA-256; what cannot be read any more has not."""
    try:
        return sha256(path) == digest
    except OSError:
        return False


def _walk(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    # Links are followed, as readers do; a folder that contains itself is entered once. One that holds the data folder
    # too would make raw data of a whole disk.
    above = {(status.st_dev, status.st_ino) for status in map(os.stat, folder.resolve().parents)}
    seen: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        status = os.stat(parent)
        if (status.st_dev, status.st_ino) in above:
            raise UserError(f"{parent} is a link to a folder that holds {folder} itself; remove it.")
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in names if not name.startswith("."))
