"""Write a figure of the tutorial and the table behind it."""

import importlib

import pandas as pd

from snnlocality.data.batches import read_notice
from snnlocality.reports import figures
from snnlocality.reports.figures import nothing, set_theme
from snnlocality.storage import write_text
from snnlocality.study.step import Job


def render(job: Job) -> None:
    """Write the figure of the module that is named as the report is, and the table behind it."""
    if job.settings.lacks:
        experiments = " and ".join(job.settings.lacks)
        write_text(job.outputs["table"], pd.DataFrame(columns=["experiment"]).to_csv(index=False))
        reason = f"This study has no recordings that the experiment {experiments} could learn."
        figures.save_svg(nothing(reason), job.outputs["figure"])
        return
    module = importlib.import_module(job.name.replace("tutorial_", f"{__package__}."))
    notice = read_notice(job.file("data")) if "data" in job.inputs else ""
    set_theme()
    found = [job.file(name) for name in job.inputs if name != "data"]
    table = module.table([pd.read_csv(path, keep_default_na=False) for path in found])
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.6g"))
    figures.write(job, module.draw(table), module.TITLE, notice)
