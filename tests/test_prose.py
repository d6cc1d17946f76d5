"""Numbers and verdicts that prose quotes are those of the tables that it links to.

A link ``[+3.1 [1.2, 5.0]](claims_contrasts.csv "id=C16; contrast=...")`` names the row; the numbers in
its text are the row's effect and the ends of its interval, in this order, rounded as they are written. A key ``show``
names other columns; with ``show=verdict`` the text is the verdict.
"""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from snnlocality.claims.claim import all_claims

LINK = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\])?[^\[\]]*)\]\((\S+?\.csv) \"([^\"]+)\"\)")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
SHOWN = "effect, ci_low, ci_high"


class Quotation(NamedTuple):
    """A link's text in prose, and the row of a table that it is of."""

    page: Path
    text: str
    table: Path
    row: dict[str, str]  # values of columns
    columns: list[str]

    @property
    def numbers(self) -> list[str]:
        return NUMBER.findall(self.text)

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text}"


def quotations(page: Path) -> list[Quotation]:
    """All in a page."""
    found = []
    for text, table, key in LINK.findall(page.read_text(encoding="utf-8").replace("\n", " ")):
        row = dict(part.split("=", 1) for part in key.split("; "))
        columns = row.pop("show", SHOWN).split(", ")
        found.append(Quotation(page, text, page.parent / table, row, columns))
    return found


def agrees(written: str, value: str) -> bool:
    """Whether a number as written is the value, rounded to as many decimals."""
    decimals = len(written.partition(".")[2])
    return abs(float(written) - float(value)) <= 0.5000001 * 10**-decimals


def every_quotation(root: Path) -> list[Quotation]:
    return [one for page in (root / "README.md", *(root / "docs").rglob("*.md")) for one in quotations(page)]


QUOTED = every_quotation(Path(__file__).parents[1])


@pytest.mark.parametrize("quoted", QUOTED, ids=str)
def test_what_is_quoted_is_the_tables(quoted):
    with open(quoted.table, encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if all(row[name] == value for name, value in quoted.row.items())]
    assert len(rows) == 1, f"{len(rows)} rows of {quoted.table} are {quoted.row}"
    values = [rows[0][column] for column in quoted.columns]
    if quoted.columns == ["verdict"]:
        assert [quoted.text] == values
        return
    assert len(quoted.numbers) == len(values), quoted
    assert all(map(agrees, quoted.numbers, values)), f"{quoted} is written, the table has {', '.join(values)}"


def test_a_quotation_is_found_and_judged(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        'So it is: [+3.1\n[1.2, 5.0] points](a.csv "id=C1; contrast=x - y, FF"), [.25](b.csv "id=2; show=p").\n'
        '| C1 | [holds](c.csv "id=C1; show=verdict") |'
    )
    first, second, third = quotations(page)
    assert (first.numbers, first.row, first.columns) == (
        ["+3.1", "1.2", "5.0"],
        {"id": "C1", "contrast": "x - y, FF"},
        SHOWN.split(", "),
    )
    assert (second.numbers, second.columns) == ([".25"], ["p"])
    assert (third.text, third.row, third.columns) == ("holds", {"id": "C1"}, ["verdict"])
    assert agrees("+3.1", "3.149")
    assert agrees("-.5", "-0.45")
    assert not agrees("3.1", "3.16")


def test_the_page_of_verdicts_has_every_claim_once_and_it_and_the_readme_count_them(root):
    text = (root / "docs/verdicts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*([CT]\d\d)\*\* (.*)", text, re.MULTILINE)
    assert sorted(name for name, _ in rows) == [claim.id for claim in all_claims()]
    found = {name: verdict[1] for name, row in rows if (verdict := re.search(r"\[([a-z ]+)\]\([^)]*show=verdict", row))}
    of = Counter(found.values())
    undecided = ", ".join(name for name, verdict in found.items() if verdict == "undecided")
    counted = (
        f"Of {len(found)} claims {of['holds']} hold, {of['fails']} fail, {of['practically equal']} are practically "
        f"equal, {of['confounded']} confounded, {of['undecided']} undecided ({undecided})."
    )
    assert counted in text
    assert counted in (root / "README.md").read_text(encoding="utf-8")
