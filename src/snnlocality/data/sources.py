"""The data sources by name, and where data on disk is looked for.

Sources are named by dotted path and imported on demand, so that the code closure of prepared data holds its
own source only.
"""

import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality.errors import UserError

DATA_VARIABLE = "SNNLOCALITY_DATA"


class Source(NamedTuple):
    """Where a source's code and files are."""

    module: str
    function: str  # takes the folder (nothing if there is none), gives a RecordingSet or UtteranceSet
    folder: str | None = None  # below the data folder
    writer: str | None = None  # function that first writes the files to a temporary folder


VISION_SOURCES = {
    "digits": Source("snnlocality.data.vision.saccades", "digits"),
    "mnist_saccades": Source("snnlocality.data.vision.saccades", "mnist_saccades", folder="mnist"),
    "nmnist": Source("snnlocality.data.vision.nmnist", "nmnist", folder="n-mnist"),
}
SPEECH_SOURCES = {
    "phones": Source("snnlocality.data.speech.phones", "phones", writer="write_phones_tree"),
    "timit": Source("snnlocality.data.speech.timit", "timit", folder="timit"),
    "timit_sample": Source("snnlocality.data.speech.timit", "timit_sample", folder="timit-sample"),
}
GESTURES = "dvs-gesture"  # folder below the data folder of what only an experiment of the tutorial reads
SOURCES = VISION_SOURCES | SPEECH_SOURCES


def data_folder() -> Path:
    """The folder that holds n-mnist/, mnist/, timit/ and the others: $SNNLOCALITY_DATA, else ``data``."""
    return Path(os.environ.get(DATA_VARIABLE, "data"))


def raw_folder(name: str) -> Path | None:
    """The folder of a source's files, None for one that has none; raises UserError if it is missing."""
    source = SOURCES[name]
    folder = data_folder() / source.folder if source.folder else None
    if folder is not None and not folder.is_dir():
        raise UserError(
            f"{folder} does not exist; put the data of source '{name}' there, or set {DATA_VARIABLE} to the "
            "folder that holds it (README, section Data)."
        )
    return folder


@contextmanager
def opened(name: str) -> Iterator[Any]:
    """The RecordingSet or UtteranceSet of this name; raises UserError if its files are missing."""
    source = SOURCES[name]
    module = importlib.import_module(source.module)
    read = getattr(module, source.function)
    if source.writer:
        with tempfile.TemporaryDirectory() as folder:
            getattr(module, source.writer)(folder)
            yield read(folder)
    else:
        folder = raw_folder(name)
        yield read(folder) if folder else read()
