"""The notebooks of the docs run as they stand, and what they show is what the package computes."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from snnlocality import portable

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs/notebooks").glob("*.ipynb"))


def shown(book: nbformat.NotebookNode) -> list[str]:
    """What the cells show as text."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    return [output["text"] if "text" in output else output["data"]["text/plain"] for output in outputs]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_without_an_error_and_shows_what_is_committed(path, tmp_path, request):
    book = nbformat.read(path, as_version=4)
    committed = shown(book)
    NotebookClient(book, kernel_name="python3", timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    assert not list(tmp_path.iterdir()), "it leaves files where it runs"
    if request.config.getoption("--update-docs"):
        for cell in book.cells:
            cell.metadata.pop("execution", None)  # times
        nbformat.write(book, path)
    elif portable.available():  # the same bits there
        assert shown(book) == committed
