"""Training curves of every cell, as a table and a figure: did the runs have time to learn?"""

from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from snnlocality import parameters as params
from snnlocality import plan, registry
from snnlocality.provenance.records import recorded
from snnlocality.reports.figures import save_svg
from snnlocality.storage import write_text


def render(parameters: params.Parameters) -> Path:
    """Write the table and the figure; return the figure's path."""
    rendered = plan.curves(parameters)
    figure_path, table_path = rendered.outputs
    runs = [
        (task, rule, *run)
        for task in params.tasks(parameters)
        for rule in params.rules(parameters)
        for run in plan.runs_of(parameters, task)
    ]
    with recorded(rendered):
        table = pd.concat(
            [_labelled(parameters, run, path) for run, path in zip(runs, rendered.made, strict=True)],
            ignore_index=True,
        )
        write_text(table_path, table.to_csv(index=False, float_format="%.6g"))
        save_svg(draw(table, parameters.label), figure_path)
    return figure_path


def _labelled(parameters: params.Parameters, key: tuple, path: Path) -> pd.DataFrame:
    task, rule, architecture, fold, seed = key
    labels = {
        "dataset": params.task_of(parameters, task).dataset,
        "source": params.study_task(parameters, task).data.source,
        "method": registry.load(params.RULES, rule).RULE.label,
        "arch": params.ARCHITECTURE_LABELS[architecture],
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
