"""All trials of the hyper-parameter search in one table."""

import pandas as pd

from snnlocality.storage import write_text
from snnlocality.study.step import Job


def render(job: Job) -> None:
    """Write the table, the best trial of every cell first."""
    table = pd.concat(map(pd.read_csv, job.files("trials").values()), ignore_index=True)
    table.insert(0, "study", job.settings.study)
    write_text(job.outputs["table"], table.to_csv(index=False))
