"""A data source, and where data on disk is looked for.

A source's file (``data.sources``) declares it and names what reads it, which is imported on demand: nothing numerical
is loaded here, and the code closure of prepared data holds its own source only.
"""

import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality import registry
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.errors import UserError

DATA_VARIABLE = "SNNLOCALITY_DATA"
GESTURES = "dvs-gesture"  # folder below the data folder of what only an experiment of the tutorial reads


class Source(NamedTuple):
    """Where a source's code and files are, and what it is a source of."""

    kind: str  # in ``data.kinds``
    reader: str  # module:function; takes the folder (nothing if there is none), gives a RecordingSet or UtteranceSet
    samples: int  # of the whole set, training and test together
    folder: str | None = None  # below the data folder
    writer: str | None = None  # module:function that first writes the files to a temporary folder
    sensor: tuple[int, int] = (HEIGHT, WIDTH)  # of recordings

    @property
    def module(self) -> str:
        """The module that reads it."""
        return self.reader.split(":")[0]


def source(name: str) -> Source:
    """The source of this name; raises UserError if there is none."""
    return registry.load(registry.SOURCES, name)


def of_kind(kind: str) -> tuple[str, ...]:
    """Names of all sources of a kind."""
    return tuple(name for name in registry.names(registry.SOURCES) if source(name).kind == kind)


def data_folder() -> Path:
    """The folder that holds n-mnist/, mnist/, timit/ and the others: $SNNLOCALITY_DATA, else ``data``."""
    return Path(os.environ.get(DATA_VARIABLE, "data"))


def raw_folder(name: str) -> Path | None:
    """The folder of a source's files, None for one that has none; raises UserError if it is missing."""
    declared = source(name)
    folder = data_folder() / declared.folder if declared.folder else None
    if folder is not None and not folder.is_dir():
        raise UserError(
            f"{folder} does not exist; put the data of source '{name}' there, or set {DATA_VARIABLE} to the "
            "folder that holds it (README, section Data)."
        )
    return folder


@contextmanager
def opened(name: str) -> Iterator[Any]:
    """The RecordingSet or UtteranceSet of this name; raises UserError if its files are missing."""
    declared = source(name)
    read = _function(declared.reader)
    if declared.writer:
        with tempfile.TemporaryDirectory() as folder:
            _function(declared.writer)(folder)
            yield read(folder)
    else:
        files = raw_folder(name)
        yield read(files) if files else read()


def _function(name: str) -> Any:
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)
