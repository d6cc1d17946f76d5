"""What a classifier without memory and hidden layers reaches on the same data: the bar for every network."""

from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.provenance.records import recorded
from snnlocality.storage import write_text

_ITERATIONS = 200


def baseline(parameters: params.Parameters, task: str) -> Path:
    """Write the test accuracy of logistic regression in every fold and return the table's path.

    It sees single speech frames, or the number of events of every unit over a recording. Regularisation is
    scikit-learn's default; nothing is tuned.
    """
    planned = plan.baseline(parameters, task)
    with recorded(planned):
        rows = []
        for fold in range(planned.settings["folds"]):
            dataset, parts = load(planned.made[0], fold)
            model = LogisticRegression(max_iter=_ITERATIONS)
            model.fit(*dataset.without_time(parts[Part.TRAIN]))
            rows.append({"fold": fold, "test_accuracy": model.score(*dataset.without_time(parts[Part.TEST]))})
        write_text(planned.outputs[0], pd.DataFrame(rows).to_csv(index=False))
    return planned.outputs[0]
