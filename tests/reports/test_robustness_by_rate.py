"""The picture of differences by learning rate, from a hand-made ledger."""

import pandas as pd
import pytest

from snnlocality.reports.robustness_by_rate import draw

NAME = "DECOLLE - BPTT, FF and REC"


def contrasts(rows):
    columns = ["id", "part", "learning_rate", "contrast", "effect"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(ci_low=table["effect"] - 1, ci_high=table["effect"] + 2)


def test_each_attack_and_rate_has_its_point():
    rows = [
        ("C16", "claim", "0.004", NAME, -8.0),
        ("C16", "claim", "own", NAME, 1.0),
        ("C16", "control", "own", NAME, 3.0),
        ("C16", "control", "0.001", NAME, 5.0),
        ("C16", "claim", "0.001", "DECOLLE - e-prop, FF and REC", 70.0),
        ("C18", "claim", "0.001", NAME, 60.0),
    ]
    panel, *others = draw(contrasts(rows)).axes
    assert [label.get_text() for label in panel.get_xticklabels()] == ["searched", "all 0.001", "all 0.004"]
    paper, white = (container.lines[0].get_ydata() for container in panel.containers)
    assert list(paper) == pytest.approx([1, float("nan"), -8], nan_ok=True)
    assert list(white) == pytest.approx([3, 5, float("nan")], nan_ok=True)
    bars = panel.containers[0].lines[2][0].get_segments()
    assert bars[0][:, 1] == pytest.approx([0, 3])
    assert len(others) == 2


def test_a_ledger_without_them_says_so():
    (text,) = draw(contrasts([("C01", "claim", "own", "BPTT - DECOLLE, FF and REC", 4.0)])).texts
    assert text.get_text() == "The study has none of these contrasts."
