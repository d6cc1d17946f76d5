"""The tables behind the figures."""

import numpy as np
import pandas as pd
import pytest

from snnlocality import registry
from snnlocality.reports import figure1, figure3, figure4

RULES = "snnlocality.learning.rules"


def test_rules_are_ordered_from_global_to_local():
    rules = [registry.load(RULES, name) for name in registry.names(RULES)]
    labels = [rule.label for rule in figure1.ordered(rules)]
    assert labels == [
        "BPTT",
        "RTRL",
        "BPTT (local losses)",
        "Feedback alignment (adaptive)",
        "Feedback alignment",
        "BPTT (reset detached)",
        "BPTT (no recurrence)",
        "SLAYER",
        "BPTT (truncated)",
        "OSTL",
        "OSTL (no recurrence)",
        "OSTL (random)",
        "OTTT",
        "pp-prop",
        "S-TLLR",
        "SLTT",
        "Direct feedback alignment",
        "e-prop",
        "e-prop (direct readout)",
        "e-prop (direct readout, adaptive)",
        "e-prop (random)",
        "eRBP",
        "DECOLLE",
        "TESS",
        "OSTTP",
        "ETLP",
        "DRTP",
    ]
    assert figure1.declared(rules).shape == (len(rules), 11)


def traces():
    return pd.DataFrame(
        {
            "gradient": "own",
            "method": "BPTT",
            "arch": "REC",
            "epoch": "chosen",
            "step": 10,
            "fold": 0,
            "seed": [0, 0, 0, 1, 1, 1],
            "weights": ["W1", "V1", "W_out"] * 2,
            "trace": [6.0, 3.0, 1.0, 1.0, 1.0, 2.0],
            "parameters": [100, 10, 5] * 2,
        }
    )


def test_shares_of_a_network_sum_to_one_with_and_without_the_number_of_parameters():
    shared = figure4.shares(traces())
    assert shared["share"].tolist() == pytest.approx([0.6, 0.3, 0.1, 0.25, 0.25, 0.5])
    assert shared.groupby("seed")["share_per_parameter"].sum().tolist() == pytest.approx([1, 1])
    assert shared["share_per_parameter"].iloc[0] == pytest.approx(0.06 / (0.06 + 0.3 + 0.2))
    assert shared["kind"].tolist()[:3] == ["LW-REC", "RW-REC", "LW-REC"]
    assert shared["layer"].tolist()[:3] == ["1", "1", "out"]


def test_weights_by_which_the_readout_reads_a_lower_layer_have_bars_of_their_own():
    shared = figure4.shares(traces().replace({"weights": {"V1": "O1"}}))
    assert shared[["kind", "layer"]].values.tolist()[:3] == [["LW-REC", "1"], ["DW-REC", "1"], ["LW-REC", "out"]]


def test_every_bar_has_the_colour_that_the_legend_says_whatever_panel_it_is_in():
    """The first panel has no readout of its own kind; the second has."""
    direct = traces().replace({"weights": {"V1": "O1"}, "method": {"BPTT": "e-prop (direct readout)"}})
    figure = figure4.draw(figure4.at_the_end(figure4.summary(figure4.shares(pd.concat([traces(), direct])))))
    (legend,) = figure.legends
    colours = {
        text.get_text(): patch.get_facecolor()
        for text, patch in zip(legend.get_texts(), legend.get_patches(), strict=True)
    }
    assert set(colours) == {"LW-REC", "RW-REC", "DW-REC"}
    bars = [{bar.get_facecolor() for bar in axes.patches} for axes in figure.axes]
    assert bars == [{colours["LW-REC"], colours["RW-REC"]}, {colours["LW-REC"], colours["DW-REC"]}]


def test_differences_are_paired_by_seed():
    rows = [
        {
            "attack": "a",
            "kind": "spikes",
            "method": "m",
            "epsilon": 0.1,
            "layer": "1",
            "arch": arch,
            "seed": seed,
            "cka": v,
        }
        for arch, values in (("FF", (0.2, 0.6)), ("REC", (0.3, 0.7)))
        for seed, v in enumerate(values)
    ]
    (row,) = figure3.differences(pd.DataFrame(rows)).to_dict("records")
    assert row["mean"] == pytest.approx(0.1)
    assert row["ci_high"] - row["ci_low"] == pytest.approx(0, abs=1e-9)


def losses(slope_within):
    """Two strengths of attack, the stronger costing more of both; within a strength the sign of the slope is chosen."""
    random = np.random.default_rng(0)
    rows = []
    for epsilon, level in ((0.1, 0.0), (0.2, 10.0)):
        x = random.uniform(size=30)
        rows.append(
            pd.DataFrame(
                {"attack": "a", "epsilon": epsilon, "cka_lost": level + x, "accuracy_lost": level + slope_within * x}
            )
        )
    return pd.concat(rows, ignore_index=True)


def test_association_within_a_strength_is_told_from_that_across():
    everywhere, within = figure3.association(losses(-1.0))
    assert everywhere > 0.4
    assert within == pytest.approx(-1)
    assert figure3.association(losses(1.0))[1] == pytest.approx(1)
