"""All trials of the hyper-parameter search in one table."""

from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan
from snnlocality.provenance.records import recorded
from snnlocality.storage import write_text


def render(parameters: params.Parameters) -> Path:
    """Write the table, the best trial of every cell first, and return its path."""
    gathered = plan.search_table(parameters)
    with recorded(gathered):
        table = pd.concat([pd.read_csv(path) for path in gathered.made], ignore_index=True)
        table.insert(0, "study", gathered.settings["study"])
        write_text(gathered.outputs[0], table.to_csv(index=False))
    return gathered.outputs[0]
