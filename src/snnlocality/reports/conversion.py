"""Converted networks over time, beside the ReLU networks they were made of."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality.reports import figures
from snnlocality.reports.figures import set_theme
from snnlocality.reports.gathering import notice_of, on_task, percentages
from snnlocality.storage import write_text
from snnlocality.study.reported import OfTasks
from snnlocality.study.step import Job

_KEYS = ["network", "neuron", "balance", "input", "step"]


def render(job: Job) -> None:
    """Write the table and the figure."""
    runs = pd.concat(
        [
            _of_task(pd.read_csv(path, keep_default_na=False), job.settings, task).assign(fold=fold, seed=seed)
            for (task, fold, seed), path in job.files("accuracies").items()
        ],
        ignore_index=True,
    )
    table = percentages(runs, _KEYS, "accuracy")
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.4f"))
    title = f"Accuracy of converted networks, mean and 95 % interval over seeds, study '{job.settings.study}'"
    figures.write(job, draw(table), title, notice_of(job))


def _of_task(accuracies: pd.DataFrame, settings: OfTasks, task: str) -> pd.DataFrame:
    return accuracies.assign(network=[on_task(name, settings, task) for name in accuracies["network"]])


def draw(table: pd.DataFrame) -> Figure:
    """Accuracy over steps: a panel per neuron and presentation, a line per balance, the ReLU network as a level."""
    set_theme()
    names = table["network"].str.partition(",")  # the network; a comma and the data set, if it is not the paper's
    converted = table[names[0] == "converted"].assign(neuron=table["neuron"] + names[1] + names[2])
    relu = table[names[0] == "ReLU"].assign(task=names[1] + names[2]).set_index("task")["mean"]
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
    for (neuron, _), axes in grid.axes_dict.items():
        level = relu["".join(neuron.partition(",")[1:])]
        axes.axhline(level, color="0.4", ls=":", label="ReLU network")
        axes.set_xscale("log", base=2)
    grid.axes.flat[0].annotate("ReLU network", (1, relu.iloc[0]), va="bottom", fontsize="small", color="0.4")
    grid.set_titles("{row_name}, {col_name}").set_axis_labels("steps", "accuracy (%)")
    return grid.figure
