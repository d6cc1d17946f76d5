"""Table 4: summaries of poisoned runs, and which trigger the published numbers are like."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from snnlocality.reports.gathering import beside
from snnlocality.reports.table4 import (
    POISONED_TEST,
    drop_against_success,
    layout,
    log_likelihoods,
    nearness,
    on_page,
    summarise,
    with_poisoned_test,
)
from snnlocality.study.reported import OfBoth


def runs():
    rows = [
        {
            "trigger": trigger,
            "method": "BPTT",
            "arch": "FF",
            "poison_rate": 0.5,
            "pair": pair,
            "accuracy": 90.0 + pair,
            "source_accuracy": 50.0,
            "attack_success_rate": success,
            "source_to_target": 40.0,
            "source_share": 0.1,
        }
        for trigger, success in (("visible", 100.0), ("invisible", 44.0))
        for pair in range(3)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def published(root):
    return pd.read_csv(root / "published/table4.csv")


def test_published_numbers_stand_beside_the_figures_they_name(published):
    table = summarise(runs(), published).set_index(["trigger", "metric"])
    assert table.loc[("visible", "accuracy"), "published"] == pytest.approx(91.62)
    assert table.loc[("invisible", "attack_success_rate"), "published"] == pytest.approx(43.76)
    assert table["published"].isna().sum() == 4
    assert table.loc[("visible", "accuracy"), "mean"] == pytest.approx(91)
    assert table.loc[("visible", "accuracy"), "n"] == 3


def of_study(**datasets) -> OfBoth:
    """What a study of BPTT on these tasks says."""
    sources = dict.fromkeys(datasets, "made")
    return OfBoth(
        study="s", rules=("bptt",), methods={"bptt": "BPTT"}, datasets=datasets, sources=sources, labels={"ff": "FF"}
    )


def test_published_numbers_stand_beside_their_own_data_set_alone(published):
    assert beside(published, of_study(vision="N-MNIST"))["method"].tolist() == published["method"].tolist()
    assert set(beside(published, of_study(words="Words", vision="N-MNIST"))["method"]) >= {"BPTT, N-MNIST"}
    nothing = beside(published, of_study(words="Words"))
    assert nothing.empty
    assert summarise(runs(), nothing)["published"].isna().all()


def test_the_nearer_trigger_is_found(published):
    near = nearness(summarise(runs(), published))
    assert near["attack_success_rate"].idxmin() == "invisible"
    assert near.loc["invisible", "attack_success_rate"] == pytest.approx(0.24)


def test_the_likelihood_of_a_reading_is_that_of_its_likeliest_error(published):
    """Pairs that scatter by variance 3 about 44, a published 43.76, and pairs that do not about 100."""
    every = runs()
    every.loc[every["trigger"] == "invisible", "attack_success_rate"] = [44 - 3**0.5, 44, 44 + 3**0.5]
    found = log_likelihoods(every, summarise(every, published))
    assert found.idxmax() == "invisible"
    errors = np.linspace(0.1, 60, 6000)
    for trigger, difference, variance in (("invisible", 0.24, 3 * (1 / 3 + 1 / 5)), ("visible", 100 - 43.76, 0)):
        by_error = stats.norm.logpdf(difference, scale=np.sqrt(variance + errors**2))
        assert found[trigger] == pytest.approx(by_error.max(), abs=1e-4)


def test_one_pair_has_no_scatter_and_no_likelihood(published):
    alone = runs().query("pair == 0")
    assert log_likelihoods(alone, summarise(alone, published)).empty


def test_a_poisoned_test_set_by_hand():
    """Of 100 recordings of the source class 50 carry the trigger: 50 become the target, and 40 % of the rest."""
    every = with_poisoned_test(runs())
    derived = every[every["trigger"] == POISONED_TEST]
    assert len(derived) == 3
    assert (derived["attack_success_rate"] == 0.5 * 100 + 0.5 * 40).all()
    assert (derived["source_accuracy"] == 25).all()
    # 10 % of all recordings are of the class; half of them, half of which were right, become wrong.
    assert derived["accuracy"].tolist() == [90 - 2.5, 91 - 2.5, 92 - 2.5]


def test_the_regularity_of_the_published_table(published, root):
    correlation, apart = drop_against_success(published, pd.read_csv(root / "published/table2.csv"))
    assert correlation == pytest.approx(0.987, abs=5e-4)
    assert apart == pytest.approx(0.56, abs=5e-3)


def test_two_pairs_give_no_interval_in_the_layout(published):
    few = runs().query("pair < 2")
    assert "±" not in layout(summarise(few, published)).to_string()
    assert "±" in layout(summarise(runs(), published)).to_string()


@pytest.mark.parametrize(("trigger", "readings"), [("invisible", 1), ("visible", 2)])
def test_the_page_has_the_readings_of_the_studys_triggers(published, trigger, readings):
    of_one = with_poisoned_test(runs().query("trigger == @trigger"))
    assert len(on_page(summarise(of_one, published))) == readings
    assert len(on_page(summarise(with_poisoned_test(runs()), published))) == 3
