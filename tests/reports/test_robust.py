import numpy as np
import pandas as pd
import pytest

from snnlocality.reports import activity, corruptions, robust


def test_a_recording_withstands_several_attacks_if_it_withstands_each():
    by_source = {
        "relu": np.array([1, 1, 0, 0]),
        "counterpart": np.array([1, 0, 1, 1]),
        "bptt ff": np.array([1, 1, 1, 0]),
        "decolle ff": np.array([1, 1, 0, 1]),
    }
    found = robust.right_under(by_source, np.array([1, 1, 1, 0]), np.array([0, 1, 1, 0]))
    assert {name: right.tolist() for name, right in found.items()} == {
        "counterpart": [1, 0, 1, 1],
        "relu": [1, 1, 0, 0],
        "others": [1, 1, 0, 0],
        "white_box_pgd": [1, 1, 1, 0],
        "descents": [0, 1, 1, 0],
        "all": [0, 0, 0, 0],
    }


def test_each_corruption_starts_at_the_clean_recordings():
    rows = [("none", 0.0, 97.0), ("added", 0.1, 96.0), ("missing", 0.5, 90.0), ("jitter_ms", 5.0, 95.0)]
    table = pd.DataFrame(rows, columns=["corruption", "amount", "mean"])
    shown = corruptions.with_clean(table)
    assert shown.groupby("corruption", sort=False)["mean"].agg(list).to_dict() == {
        "added": [97.0, 96.0],
        "missing": [97.0, 90.0],
        "jitter_ms": [97.0, 95.0],
    }


def runs(robustness):
    """Of two rules at three rates, two seeds each; ``robustness``: of rule and rate."""
    return pd.DataFrame(
        [
            {"method": m, "arch": "FF", "firing_rate": r, "seed": s, "rate": r + d, "measure": "all attacks"}
            | {"accuracy": robustness(m, r)}
            for m, d in (("A", 0.0), ("B", 0.01))
            for r in (0.02, 0.05, 0.1)
            for s in (0, 1)
        ]
    )


@pytest.mark.parametrize(
    ("robustness", "within", "between"),
    [
        (lambda method, rate: -rate, -1.0, float("nan")),  # the rate's alone
        (lambda method, rate: method == "A", float("nan"), -1.0),  # the rule's alone
        (lambda method, rate: rate + (method == "B"), 1.0, 1.0),
    ],
)
def test_what_a_rate_does_to_a_rule_is_told_from_what_rules_differ_by(robustness, within, between):
    found = activity.association(runs(robustness))
    assert found == pytest.approx((within, between), nan_ok=True)
