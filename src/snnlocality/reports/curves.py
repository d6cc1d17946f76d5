"""Training curves of every cell, as a table and a figure: did the runs have time to learn?"""

from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from snnlocality.reports.figures import save_svg
from snnlocality.storage import write_text
from snnlocality.study.reported import OfBoth
from snnlocality.study.step import Job


def render(job: Job) -> None:
    """Write the table and the figure."""
    table = pd.concat(
        [_labelled(job.settings, run, path) for run, path in job.files("curves").items()],
        ignore_index=True,
    )
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.6g"))
    save_svg(draw(table, job.settings.study), job.outputs["figure"])


def _labelled(settings: OfBoth, key: tuple, path: Path) -> pd.DataFrame:
    task, rule, arch, fold, seed = key
    labels = {
        "dataset": settings.datasets[task],
        "source": settings.sources[task],
        "method": settings.methods[rule],
        "arch": settings.labels[arch],
        "fold": fold,
        "seed": seed,
    }
    return pd.read_csv(path).assign(**labels)[[*labels, "epoch", "train_accuracy", "validation_accuracy"]]


def draw(table: pd.DataFrame, study: str) -> Figure:
    """Validation accuracy over epochs: a panel per data set and architecture, a line per method."""
    table = table.assign(
        panel=table["dataset"] + " (" + table["source"] + "), " + table["arch"],
        accuracy=100 * table["validation_accuracy"],
    )
    sns.set_theme(style="ticks", context="notebook", palette="colorblind")
    grid = sns.relplot(
        table,
        x="epoch",
        y="accuracy",
        hue="method",
        style="method",
        col="panel",
        col_wrap=min(3, table["panel"].nunique()),
        kind="line",
        errorbar=("pi", 100),
        height=3,
        aspect=1.25,
        facet_kws={"sharex": False, "sharey": False},
    )
    grid.set_titles("{col_name}").set_axis_labels("epoch", "validation accuracy (%)")
    for axes in grid.axes.flat:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    grid.figure.suptitle(f"Training curves, study '{study}' (band: all seeds and folds)", y=1.03, fontsize="medium")
    return grid.figure
