"""Write a figure of the tutorial and the table behind it."""

import importlib
from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import paths, plan
from snnlocality.data.batches import read_notice
from snnlocality.provenance.records import recorded
from snnlocality.reports.figures import captioned, save_svg, set_theme
from snnlocality.storage import write_text


def render(parameters: params.Parameters, name: str) -> Path:
    """Write the figure of this name in ``plan.TUTORIAL`` and return its path."""
    drawn = plan.tutorial_report(parameters, name)
    module = importlib.import_module(name.replace("tutorial_", f"{__package__}."))
    figure_path, table_path = drawn.outputs
    data = [path for path in drawn.made if path.name == paths.DATA_FILE]
    with recorded(drawn):
        set_theme()
        table = module.table([pd.read_csv(path, keep_default_na=False) for path in drawn.made if path not in data])
        write_text(table_path, table.to_csv(index=False, float_format="%.6g"))
        figure = module.draw(table)
        captioned(figure, module.TITLE, " ".join(read_notice(path) for path in data))
        save_svg(figure, figure_path)
    return figure_path
