"""The mark of an exported tree: it says what the tree was made from, so that it can never pass for the real set."""

from pathlib import Path

from snnlocality.storage import read_json, write_json

_FILE = "source.json"


def write_origin(root: str | Path, source: str, notice: str) -> None:
    """Mark a tree as made from a source, of which ``notice`` must be said."""
    write_json(Path(root) / _FILE, {"source": source, "notice": notice})


def read_origin(root: str | Path, real: str) -> str:
    """What must be said of a tree in the layout of the ``real`` set; empty unless it is marked as made.

    Raises UserError for a mark that cannot be read.
    """
    mark = Path(root) / _FILE
    if not mark.exists():
        return ""
    origin = read_json(mark)
    return f"Not {real}: a tree in its layout made from {origin.get('source')}. {origin.get('notice', '')}".strip()
