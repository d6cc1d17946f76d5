"""Converted networks over time, beside the ReLU networks they were made of."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality.reports.figures import captioned, save_svg, set_theme
from snnlocality.reports.gathering import notice_of, summarised
from snnlocality.storage import write_text
from snnlocality.study.step import Job

_KEYS = ["network", "neuron", "balance", "input", "step"]


def render(job: Job) -> None:
    """Write the table and the figure."""
    runs = pd.concat(
        [
            pd.read_csv(path, keep_default_na=False).assign(fold=fold, seed=seed)
            for (_, fold, seed), path in job.inputs["accuracies"].items()
        ],
        ignore_index=True,
    )
    table = summarised(runs, _KEYS, "accuracy", 100)
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.4f"))
    figure = draw(table)
    title = f"Accuracy of converted networks, mean and 95 % interval over seeds, study '{job.settings['study']}'"
    captioned(figure, title, notice_of(job))
    save_svg(figure, job.outputs["figure"])


def draw(table: pd.DataFrame) -> Figure:
    """Accuracy over steps: a panel per neuron and presentation, a line per balance, the ReLU network as a level."""
    set_theme()
    converted = table[table["network"] == "converted"]
    level = table.loc[table["network"] == "ReLU", "mean"].item()
    grid = sns.relplot(
        converted,
        x="step",
        y="mean",
        hue="balance",
        style="balance",
        row="neuron",
        col="input",
        kind="line",
        marker="o",
        height=2.8,
        aspect=1.4,
        errorbar=None,
        facet_kws={"sharex": "col"},
    )
    for axes in grid.axes.flat:
        axes.axhline(level, color="0.4", ls=":", label="ReLU network")
        axes.set_xscale("log", base=2)
    grid.axes.flat[0].annotate("ReLU network", (1, level), va="bottom", fontsize="small", color="0.4")
    grid.set_titles("{row_name}, {col_name}").set_axis_labels("steps", "accuracy (%)")
    return grid.figure
