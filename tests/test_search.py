"""The hyper-parameters in params.yaml are those the committed search found best, cell by cell."""

import pandas as pd

from snnlocality import parameters


def test_the_tuned_values_are_the_best_of_the_search(root):
    chosen = parameters.load(root / "params.yaml", study="demo")
    trials = pd.read_csv(root / "docs/search.csv")
    grid = {(point.learning_rate, point.slope) for point in parameters.grid(chosen.search)}
    cells = trials.groupby(["task", "rule", "arch"], sort=False)
    expected = {
        (task, rule, architecture)
        for task in chosen.tasks
        for rule in chosen.rules
        for architecture in parameters.task_of(chosen, task).architectures
    }
    assert set(cells.groups) == expected
    for (task, rule, architecture), cell in cells:
        assert set(zip(cell["learning_rate"], cell["slope"], strict=True)) == grid, "every cell has the same budget"
        best = cell.sort_values(
            ["validation_accuracy", "validation_loss"], ascending=[False, True], kind="stable"
        ).iloc[0]
        run = parameters.run_settings(chosen, task, rule, architecture)
        assert (run.optimisation.learning_rate, run.network.slope) == (best["learning_rate"], best["slope"])
