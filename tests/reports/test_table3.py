"""Table 3 from hand-made runs."""

import pandas as pd
import pytest

from snnlocality.reports.table3 import layout, masking, recurrent_advantage, summarise

PUBLISHED = pd.read_csv("published/table3.csv")


def runs():
    """REC withstands the counterpart at .01, the white box not at all; two seeds."""
    accuracy = {
        ("counterpart", "FF"): 0.3,
        ("counterpart", "REC"): 0.7,
        ("white_box_mean", "FF"): 0.2,
        ("white_box_mean", "REC"): 0.1,
    }
    rows = []
    for (attack, arch), attacked in accuracy.items():
        for seed in (0, 1):
            for epsilon in (0.0, 0.01):
                value = (0.9 if epsilon == 0 else attacked) + 0.02 * seed * (arch == "REC")
                row = {"attack": attack, "method": "BPTT", "arch": arch, "epsilon": epsilon}
                rows.append({**row, "fold": 0, "seed": seed, "accuracy": value})
    return pd.DataFrame(rows)


def test_published_numbers_stand_beside_the_papers_attack_alone():
    table = summarise(runs(), PUBLISHED).set_index(["attack", "arch", "epsilon"])
    assert table.loc[("counterpart", "FF", 0.01), "published"] == 4.34
    assert table.loc["white_box_mean"]["published"].isna().all()
    assert table.loc[("counterpart", "REC", 0.01), "mean"] == pytest.approx(71)
    assert table.loc[("counterpart", "REC", 0.01), "n"] == 2


def test_what_looks_robust_under_the_counterpart_alone_is_said():
    advantage = recurrent_advantage(runs(), "counterpart").set_index("epsilon")["mean"]
    assert advantage[0.01] == pytest.approx(41)
    notes = " ".join(masking(runs()))
    assert "BPTT, REC minus FF at epsilon 0.01, where they differ most: +41.0 points" in notes
    assert "-9.0 points" in notes.split("under the counterpart, ")[1]


def test_a_study_of_one_architecture_has_no_comparison():
    alone = runs()[lambda rows: rows["arch"] == "FF"]
    assert recurrent_advantage(alone, "counterpart").empty
    assert "REC minus FF" not in " ".join(masking(alone))


def test_the_layout_is_the_papers():
    table = layout(summarise(runs(), PUBLISHED))
    assert list(table.columns) == ["eps 0", "eps 0.01"]
    assert table.index[0] == "BPTT FF, ReLU counterpart"
    assert "(published 4.34)" in str(table.iloc[0, 1])
