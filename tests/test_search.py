"""The hyper-parameters in params.yaml are those the committed searches found best, cell by cell."""

import pandas as pd
import pytest

from snnlocality import parameters

SEARCHED = {
    "demo": ["demo"],
    "full": ["confirmation", "ablation"],
    "spectrum": ["spectrum"],
}  # the studies that use what was found, by where


@pytest.mark.parametrize(("study", "using"), SEARCHED.items())
def test_the_tuned_values_are_the_best_of_the_search(root, study, using):
    chosen, *others = (parameters.load(root / "params.yaml", study=name) for name in using)
    every = pd.read_csv(root / "docs/search.csv")
    assert set(every["study"]) == set(SEARCHED)
    trials = every[every["study"] == study]
    # Not by slope: a rule that is defined with a surrogate has that one's.
    budget = set(zip(trials["learning_rate"], trials["seed"], strict=True))
    cells = trials.groupby(["task", "rule", "arch"], sort=False)
    expected = {
        (task, rule, architecture)
        for task in parameters.tasks(chosen)
        for rule in {rule for one in (chosen, *others) for rule in parameters.rules(one)}
        for architecture in parameters.architectures(chosen, task)
    }
    assert set(cells.groups) == expected
    for (task, rule, architecture), cell in cells:
        own = list(zip(cell["learning_rate"], cell["seed"], strict=True))
        assert (len(own), set(own)) == (len(budget), budget), "every cell has the same budget"
        means = cell.groupby(["learning_rate", "slope"])[["validation_accuracy", "validation_loss"]].mean()
        best = means.sort_values(["validation_accuracy", "validation_loss"], ascending=[False, True]).index[0]
        run = parameters.run_settings(chosen, task, rule, architecture)
        assert (run.optimisation.learning_rate, run.network.slope) == best


def test_a_search_asks_every_rate_of_every_seed(root):
    chosen = parameters.load(root / "params.yaml", study="full")
    assert len(chosen.search.learning_rate) >= 5
    assert len(chosen.search.seeds) >= 3
    assert not set(chosen.search.seeds) & set(range(max(study.seeds for study in chosen.studies.values())))
