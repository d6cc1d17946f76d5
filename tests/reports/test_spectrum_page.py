"""The tables of docs/spectrum/README.md are those of the report ``cuts``, kept beside it."""

import re

import pandas as pd
import pytest

_COLUMNS = [(arch, rate) for arch in ("FF", "REC") for rate in ("own", "0.001", "0.004")]
_NUMBER = re.compile(r"[-+]?\d+\.\d")


@pytest.mark.parametrize(
    ("heading", "measure"), [("Test accuracy", "accuracy"), ("Accuracy under proj", "white_box_pgd")]
)
def test_a_table_has_the_numbers_of_the_report(root, heading, measure):
    folder = root / "docs/spectrum"
    costs = pd.read_csv(folder / "cuts.csv", dtype={"learning_rate": str})
    costs = costs[costs["measure"] == measure].set_index(["more", "less", "arch", "learning_rate"])
    table = (folder / "README.md").read_text().split(f"**{heading}")[1].split("\n\n")[1]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert len(rows) == 15
    for axis, pair, *cells in rows:
        more, less = pair.split(" - ")
        for key, cell in zip(_COLUMNS, cells, strict=True):
            row = costs.loc[(more, less, *key)]
            assert row["axis"] == axis
            for written, name in zip(_NUMBER.findall(cell), ("mean", "ci_low", "ci_high"), strict=True):
                assert float(written) == pytest.approx(row[name], abs=0.0501), (pair, key)
