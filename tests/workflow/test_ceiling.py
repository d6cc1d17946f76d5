"""How alike networks of one cell are: what Figure 2 measures methods by."""

import pandas as pd
import pytest

CELL = "results/demo/ceiling/vision/bptt/ff/fold0/cka.csv"


def test_networks_of_a_cell_are_compared_with_the_next_seeds(project):
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=2))
    project.run("snnlocality", "generate")
    project.run("snakemake", CELL, "reports/figure2.csv")
    table = pd.read_csv(project.root / CELL)
    assert set(zip(table["seed"], table["other"], strict=True)) == {(0, 1), (1, 0)}
    first, second = (table[table["seed"] == seed].set_index(["kind", "layer"])["cka"] for seed in (0, 1))
    pd.testing.assert_series_equal(first, second)  # there are but two
    assert first.max() < 1
    figure = pd.read_csv(project.root / "reports/figure2.csv", dtype={"layer": str})
    own = figure[figure["pair"] == "BPTT, another seed"].set_index(["kind", "layer"])
    assert (own["n"] == 2).all()
    assert own.loc[("spikes", "1"), "mean"] == pytest.approx(first["spikes", "1"], abs=1e-4)


def test_one_network_has_nothing_to_be_compared_with(finished):
    assert pd.read_csv(finished.root / CELL).empty
    assert "another seed" not in (finished.root / "reports/figure2.csv").read_text()
