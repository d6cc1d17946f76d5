"""A tree of simulated data described in Croissant 1.0 (MLCommons), beside an index of its files.

Croissant has no type for bytes, so its record set is the index, ``files.csv``: name and SHA-256 of every file, and what
its name says. Whoever publishes a tree adds ``url`` and ``datePublished``. ``croissant.json`` has the standard's
context, and licence and citation of what trees are made from.
"""

import csv
import io
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality.data.origin import read_origin
from snnlocality.storage import read_json, sha256, write_json, write_text

_NAME, _INDEX, _MARK = "croissant.json", "files.csv", "source.json"


class Layout(NamedTuple):
    """A real set whose layout trees have."""

    real: str
    own: str  # source that reads it: a tree made from that is not simulated
    suffixes: dict[str, tuple[str, str]]  # of files, with their format and what it holds
    depth: int  # of files below the root
    fields: dict[str, str]  # what a file's name says, as regular expressions


NMNIST = Layout(
    "N-MNIST",
    "nmnist",
    {
        ".bin": (
            "application/octet-stream",
            "A recording: five bytes an event, its column, its row, and 24 bits, big endian, of which the highest is "
            "the polarity and the others are microseconds.",
        )
    },
    3,
    {"part": "(Train|Test)/", "label": "[^/]+/([0-9])/"},
)
TIMIT = Layout(
    "TIMIT",
    "timit",
    {
        ".WAV": ("audio/wav", "An utterance, 16 kHz, mono, 16 bits."),
        ".PHN": ("text/plain", "Its phones, one a line: first sample, sample after the last, symbol."),
    },
    4,
    {
        "part": "(TRAIN|TEST)/",
        "region": "[^/]+/(DR[0-9])/",
        "speaker": "(?:[^/]+/){2}([^/]+)/",
        "sentence": r"(?:[^/]+/){3}([^/.]+)\.",
    },
)


def describe(root: Path, layout: Layout) -> None:
    """Write the index and the description of a tree; raises UserError where its mark cannot be read."""
    files = sorted(path for path in root.rglob("*") if path.suffix in layout.suffixes)
    index = io.StringIO()
    rows = csv.writer(index, lineterminator="\n")
    rows.writerows([("file", "sha256"), *((path.relative_to(root).as_posix(), sha256(path)) for path in files)])
    write_text(root / _INDEX, index.getvalue())
    write_json(root / _NAME, _described(root, layout))


def _described(root: Path, layout: Layout) -> dict[str, Any]:
    constants = read_json(Path(__file__).with_suffix(".json"))
    source = read_json(root / _MARK)["source"]
    said = read_origin(root, layout.real)
    return {
        "@context": constants["@context"],
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{source} in the layout of {layout.real}",
        "description": said if source == layout.own else f"Simulated data. {said}",
        "version": metadata.version("snnlocality"),
        "creator": {"@type": "sc:Organization", "name": "The snnlocality authors"},
        "distribution": [
            _file(root, _INDEX, "text/csv"),
            _file(root, _MARK, "application/json"),
            *(
                {
                    "@type": "cr:FileSet",
                    "@id": suffix,
                    "encodingFormat": form,
                    "description": held,
                    "includes": "*/" * (layout.depth - 1) + f"*{suffix}",
                }
                for suffix, (form, held) in layout.suffixes.items()
            ),
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "files",
                "key": {"@id": "files/file"},
                "field": [
                    _field("file", "file"),
                    _field("sha256", "sha256"),
                    *(_field(name, "file", regex) for name, regex in layout.fields.items()),
                ],
            }
        ],
        **constants["origins"].get(source, {}),  # none for a plugin's
    }


def _file(root: Path, name: str, form: str) -> dict[str, str]:
    digest = sha256(root / name)
    return {"@type": "cr:FileObject", "@id": name, "contentUrl": name, "encodingFormat": form, "sha256": digest}


def _field(name: str, column: str, regex: str = "") -> dict[str, Any]:
    source = {"fileObject": {"@id": _INDEX}, "extract": {"column": column}}
    kind = "sc:Integer" if name == "label" else "sc:Text"
    transform = {"transform": {"regex": regex}} if regex else {}
    return {"@type": "cr:Field", "@id": f"files/{name}", "dataType": kind, "source": source | transform}
