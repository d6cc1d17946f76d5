"""Raw files of real data: found below the data folder, hashed one by one, named in the record of what was made of them.

Their names start with ``data/`` wherever the data folder is (``$SNNLOCALITY_DATA``), so that a record reads the same on
every machine.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from snnlocality.data.sources import data_folder
from snnlocality.storage import sha256

_PREFIX = "data/"


def files(folder: str) -> dict[str, Path]:
    """Every file below a folder of the data folder by its name in records; hidden ones are nobody's data."""
    root = data_folder()
    found = {f"{_PREFIX}{path.relative_to(root).as_posix()}": path for path in _walk(root / folder)}
    return dict(sorted(found.items()))


def digests(folder: str) -> dict[str, str]:
    """SHA-256 of every file below a folder of the data folder, by its name in records."""
    return {name: sha256(path) for name, path in files(folder).items()}


def _walk(folder: Path) -> Iterator[Path]:
    # Links are followed, as readers do; a folder that contains itself is entered once.
    seen: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        status = os.stat(parent)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in names if not name.startswith("."))
