"""Tables for people: Markdown for a terminal or a repository page, HTML that opens from disk."""

import html as escaping
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from snnlocality.storage import write_text
from snnlocality.study.step import Job

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .45rem .9rem; text-align: left; border-bottom: 1px solid #8886; }
thead tr:first-child th { border-bottom: 0; }
tbody th { white-space: nowrap; }
li { margin: .3rem 0; }
"""


@dataclass(frozen=True)
class Cell:
    """A number in a table for people, which its text is to; the page says more of it, and where it comes from."""

    ours: str  # with its interval
    row: Any  # of the tidy table, by ``itertuples``: mean, ci_low, ci_high, and what tells its runs apart

    @property
    def published(self) -> float:
        """The number that the paper has; NaN without one."""
        return getattr(self.row, "published", math.nan)

    def __str__(self) -> str:
        """As a table for people has it."""
        return self.ours + ("" if math.isnan(self.published) else f" (published {self.published:.2f})")


class Shown(NamedTuple):
    """A table on the page that holds everything, of text or of ``Cell``; folded: shown to who asks."""

    title: str
    table: pd.DataFrame
    folded: bool = False


def write(
    job: Job, table: pd.DataFrame, title: str, laid_out: pd.DataFrame, notes: list[str], digits: str = "%.4f"
) -> None:
    """Write a report's table three times: as CSV (tidy), and laid out for people as Markdown and HTML."""
    write_text(job.outputs["table"], table.to_csv(index=False, float_format=digits))
    write_text(job.outputs["text"], markdown(title, laid_out, notes))
    write_text(job.outputs["page"], html(title, laid_out, notes))


def over_seeds(numbers: Iterable[int]) -> str:
    """What a table's cells are, given of how many seeds each is."""
    different = sorted(set(numbers))
    if different == [1]:
        return "Of one seed, so without an interval"
    return f"Mean over {' or '.join(map(str, different))} seeds with Student's 95 % interval"


def wide(text: pd.DataFrame) -> pd.DataFrame:
    """The column ``cell`` laid out by the columns ``row`` and ``column``, both in their order."""
    laid_out = text.pivot(index="row", columns="column", values="cell")
    return laid_out.loc[list(dict.fromkeys(text["row"])), list(dict.fromkeys(text["column"]))]


def markdown(title: str, table: pd.DataFrame, notes: list[str]) -> str:
    """``table`` with flattened column names, then the notes."""
    flat = _flattened(table)
    head = ["", *map(_text, flat.columns)]
    rows = [[_text(index), *map(_text, row)] for index, row in zip(flat.index, flat.to_numpy(), strict=True)]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [_row(head, widths), _row(["-" * width for width in widths], widths)]
    lines += [_row(row, widths) for row in rows]
    return "\n".join([f"# {title}", "", *lines, "", *(f"- {note}" for note in notes), ""])


def html(title: str, table: pd.DataFrame, notes: list[str]) -> str:
    """One self-contained page."""
    body = table.rename_axis(index=None, columns=[None] * table.columns.nlevels).to_html(na_rep="", border=0)
    items = "".join(f"<li>{escaping.escape(note)}</li>" for note in notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaping.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f'<body><h1>{escaping.escape(title)}</h1><div class="scroll">{body}</div><ul>{items}</ul></body></html>\n'
    )


def _flattened(table: pd.DataFrame) -> pd.DataFrame:
    flat = table.copy()
    flat.columns = [" ".join(column) if isinstance(column, tuple) else column for column in table.columns]
    return flat


def _text(value: object) -> str:
    """A cell's; a bar in it would end the cell."""
    return "" if pd.isna(value) else str(value).replace("|", "\\|")


def _row(cells: list[str], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
