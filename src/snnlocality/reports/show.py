"""Show a rendered table on a terminal."""

from pathlib import Path

from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.provenance.records import check


def show(table: str) -> str:
    """The table's text and where the reports lie; raises UserError if it is absent or was edited."""
    path = paths.REPORTS / f"{table}.md"
    if not path.is_file():
        raise UserError(f"{path} does not exist; render it with: snakemake -c2 {paths.REPORTS / table}.csv")
    check(path)
    lies = Path(paths.REPORTS / f"{table}.html").resolve()
    return f"{path.read_text(encoding='utf-8')}\nReport: {lies}"
