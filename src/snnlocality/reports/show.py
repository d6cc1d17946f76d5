"""Show a rendered table on a terminal."""

from pathlib import Path

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.provenance.records import check
from snnlocality.study import catalogue


def show(parameters: params.Parameters, table: str) -> str:
    """The table's text and where the reports lie; raises UserError if it is none, absent, or was edited."""
    path = paths.REPORTS / f"{table}.md"
    texts = [
        paths.REPORTS / output
        for report in catalogue.reports()
        for output in report.outputs.values()
        if output.endswith(".md")
    ]
    if path not in texts:
        known = ", ".join(text.stem for text in texts)
        raise UserError(f"'{table}' has no text to show; choose one of {known}. Figures lie in {paths.REPORTS}/.")
    if not path.is_file():
        raise UserError(f"{path} does not exist; render it with: snakemake -c2 {paths.REPORTS / table}.csv")
    check(path)
    lies = Path(paths.REPORTS / f"{table}.html").resolve()
    return f"{path.read_text(encoding='utf-8')}\nReport: {lies}"
