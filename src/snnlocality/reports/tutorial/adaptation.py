"""Learning to remember over a delay, with and without adaptive thresholds."""

import pandas as pd
from matplotlib.figure import Figure

TITLE = "Recalling a cue after a delay: neurons with adaptive thresholds (ALIF) and without (LIF), feed-forward"
_TOGETHER = 10  # updates whose mean is a point


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """Means over so many updates; accuracies in percent."""
    (rows,) = found
    rows = rows.assign(update=rows["update"] // _TOGETHER * _TOGETHER, accuracy=100 * rows["accuracy"])
    return rows.groupby(["neurons", "rule", "seed", "update"], sort=False)[["loss", "accuracy"]].mean().reset_index()


def draw(table: pd.DataFrame) -> Figure:
    """Accuracy over updates: mean and range over seeds."""
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    for number, ((neurons, rule), rows) in enumerate(table.groupby(["neurons", "rule"], sort=False)):
        over_seeds = rows.groupby("update")["accuracy"]
        axes.plot(
            over_seeds.mean(), color=f"C{number}", ls="-" if neurons == "ALIF" else "--", label=f"{neurons}, {rule}"
        )
        axes.fill_between(over_seeds.min().index, over_seeds.min(), over_seeds.max(), color=f"C{number}", alpha=0.15)
    axes.set(xlabel="updates", ylabel="accuracy (%), new recordings", ylim=(None, 101))
    axes.legend(frameon=False, fontsize="small")
    return figure
