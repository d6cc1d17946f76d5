"""What each cut costs, from hand-made runs."""

from dataclasses import fields, replace

import pandas as pd
import pytest

from snnlocality import registry
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.learning.rules.drtp import RULE as DRTP
from snnlocality.learning.rules.sltt import RULE as SLTT
from snnlocality.registry import RULES
from snnlocality.reports.cuts import ACCURACY, AXES, Cut, costs, cuts, layout, on_page

NO_RESET = replace(BPTT, label="No reset", through_reset=False)
CUT = Cut("credit through the reset", BPTT, NO_RESET)


def runs(seeds: dict[str, list[int]], rate: str = "own") -> pd.DataFrame:
    """BPTT is right in 90 % and a point more with every seed, the other in 80 % and three more with every seed."""
    accuracy = {"BPTT": lambda seed: 0.9 + 0.01 * seed, "No reset": lambda seed: 0.8 + 0.03 * seed}
    rows = [
        {"own": method, "dataset": "D", "arch": "FF", "measure": ACCURACY, "learning_rate": rate, "fold": 0}
        | {"seed": seed, "accuracy": accuracy[method](seed)}
        for method, of_method in seeds.items()
        for seed in of_method
    ]
    return pd.DataFrame(rows)


def test_everything_a_rule_declares_is_an_axis_once():
    named = [name for names in AXES.values() for name in names]
    assert sorted([*named, "label", "reference"]) == sorted(field.name for field in fields(Rule))


def test_pairs_differ_in_one_thing_the_more_local_rule_second():
    assert list(cuts([NO_RESET, BPTT])) == [CUT]
    two = replace(NO_RESET, label="Two cuts", through_recurrence=None)
    assert [cut.axis for cut in cuts([two, NO_RESET, BPTT])] == [
        "credit through the reset",
        "credit through recurrence",
    ]


def test_rules_without_memory_are_compared_by_what_has_an_effect():
    assert [cut.axis for cut in cuts([SLTT, DRTP])] == ["where errors come from"]
    assert not list(cuts([SLTT, replace(SLTT, label="The same", instantaneous=True, through_reset=False)]))


def test_every_rule_in_time_has_its_pair():
    found = list(cuts(registry.load(RULES, name) for name in registry.names(RULES)))
    assert {"OTTT", "SLTT", "S-TLLR", "pp-prop", "OSTTP", "DRTP", "TESS"} <= {cut.more.label for cut in found}


def test_costs_are_paired_by_seed():
    table = costs(runs({"BPTT": [0, 1, 2, 7], "No reset": [0, 1, 2]}), [CUT])
    (row,) = table.to_dict("records")
    assert (row["n"], row["more"], row["less"]) == (3, "No reset", "BPTT")
    assert row["mean"] == pytest.approx(-8)  # -10, -8, -6
    assert row["mean"] - row["ci_low"] == pytest.approx(4.3027 * 2 / 3**0.5, rel=1e-4)


def test_rates_stand_side_by_side():
    table = costs(pd.concat([runs({"BPTT": [0], "No reset": [0]}, rate) for rate in ("own", "0.001")]), [CUT])
    wide = layout(table)
    assert list(wide.columns) == ["own rate", "all at 0.001"]
    assert wide.index.tolist() == ["credit through the reset: No reset less BPTT, FF, accuracy"]
    assert wide.iloc[0].tolist() == ["-10.0", "-10.0"]


def test_the_page_names_attacks_as_tables_do():
    table = costs(runs({"BPTT": [0, 1], "No reset": [0, 1]}).assign(measure="white_box_pgd"), [CUT])
    assert [(one.title, one.folded) for one in on_page(table)] == [("white box, PGD", True)]


def test_a_study_without_pairs_has_an_empty_table():
    table = costs(runs({"BPTT": [0]}), [CUT])
    assert table.empty
    assert layout(table).empty
    assert on_page(table) == []
