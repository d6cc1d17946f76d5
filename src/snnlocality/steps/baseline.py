"""What a classifier without memory and hidden layers reaches on the same data: the bar for every network."""

import pandas as pd
from sklearn.linear_model import LogisticRegression

from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.baseline import Settings

_ITERATIONS = 200


def run(job: Job[Settings]) -> None:
    """Write the test accuracy of logistic regression in every fold.

    It sees single speech frames, or the number of events of every unit over a recording. Regularisation is
    scikit-learn's default; nothing is tuned.
    """
    rows = []
    for fold in range(job.settings.folds):
        dataset, parts = load(job.file("data"), fold)
        model = LogisticRegression(max_iter=_ITERATIONS)
        model.fit(*dataset.without_time(parts[Part.TRAIN]))
        rows.append({"fold": fold, "test_accuracy": model.score(*dataset.without_time(parts[Part.TEST]))})
    write_text(job.outputs["accuracies"], pd.DataFrame(rows).to_csv(index=False))
