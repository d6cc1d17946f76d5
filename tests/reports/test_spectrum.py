"""The spectrum puts numbers of other reports side by side."""

import pandas as pd
import pytest

from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.learning.rules.eprop import RULE as EPROP
from snnlocality.reports import spectrum

RUNS = pd.DataFrame(
    {
        "dataset": ["N-MNIST", "N-MNIST", "N-MNIST", "TIMIT"],
        "method": ["e-prop", "BPTT", "BPTT", "BPTT"],
        "arch": "FF",
        "fold": 0,
        "seed": [0, 0, 1, 0],
        "test_accuracy": [0.9, 0.8, 0.6, 0.5],
        "gradient_cosine_hidden": [0.4, 1.0, 1.0, None],
        "effective_accumulates": [10.0, 20.0, 30.0, 40.0],
    }
)
ATTACKED = pd.DataFrame(
    {
        "attack": ["counterpart", "white_box_mean", "white_box_mean", "random"],
        "epsilon": [0.01, 0.01, 0.05, 0.01],
        "accuracy": [0.7, 0.3, 0.1, 0.8],
        "dataset": "N-MNIST",
        "method": "BPTT",
        "own": "BPTT",
        "arch": "FF",
        "fold": 0,
        "seed": 0,
    }
)
POISONED = pd.DataFrame(
    {
        "trigger": ["visible", "invisible", "visible"],
        "poison_rate": [0.1, 0.1, 0.9],
        "attack_success_rate": [55.0, 5.0, 99.0],
        "dataset": "N-MNIST",
        "method": "BPTT",
        "own": "BPTT",
        "arch": "FF",
        "pair": 0,
    }
)
SIMILAR = pd.DataFrame(
    {
        "kind": ["spikes", "spikes", "spikes", "potentials", "spikes"],
        "a": ["BPTT", "BPTT", "BPTT", "BPTT", "converted (IF)"],
        "b": ["e-prop", "e-prop", "e-prop", "e-prop", "BPTT"],
        "layer": ["1", "2", "out", "1", "1"],
        "cka": [0.8, 0.6, 0.1, 0.2, 0.3],
        "dataset": "N-MNIST",
        "arch": "FF",
        "seed": 0,
    }
)


def table():
    return spectrum.measured(RUNS, ATTACKED, POISONED, SIMILAR, [BPTT, EPROP])


def test_every_number_comes_from_its_report():
    found = table().set_index(["dataset", "method", "arch", "quantity"])["mean"]
    assert found["N-MNIST", "BPTT", "FF", "accuracy (%)"] == pytest.approx(70)
    assert found["TIMIT", "BPTT", "FF", "accuracy (%)"] == pytest.approx(50)
    assert found["N-MNIST", "BPTT", "FF", spectrum.COUNTERPART] == pytest.approx(70)
    assert found["N-MNIST", "BPTT", "FF", spectrum.WHITE_BOX] == pytest.approx(30)
    assert found["N-MNIST", "BPTT", "FF", spectrum.BACKDOOR] == pytest.approx(55)
    assert found["N-MNIST", "e-prop", "FF", spectrum.CKA] == pytest.approx(0.7)
    assert found["N-MNIST", "e-prop", "FF", "cosine with BPTT's gradient"] == pytest.approx(0.4)
    assert ("TIMIT", "BPTT", "FF", "cosine with BPTT's gradient") not in found
    assert not any(quantity == spectrum.CKA and name == "BPTT" for _, name, _, quantity in found.index)


def test_rules_stand_from_global_to_local():
    assert list(dict.fromkeys(table()["method"])) == ["BPTT", "e-prop"]
    places = table().drop_duplicates("method")[["error_from", "back_in_time"]]
    assert places.values.tolist() == [["above", "across layers"], ["readout", "within neurons"]]


def test_it_is_drawn_whatever_a_study_lacks():
    few = table()
    assert spectrum.draw(few).legends
    assert spectrum.draw(few[few["quantity"] == "accuracy (%)"]).legends
