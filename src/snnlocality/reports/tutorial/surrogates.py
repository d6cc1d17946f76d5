"""Accuracy by surrogate derivative, all of the same width."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality.tutorial.surrogates import NORMALISATIONS

TITLE = "Accuracy on validation data after BPTT with every surrogate derivative, of the same width at half its peak"


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """As the experiment found it; accuracies in percent."""
    (rows,) = found
    return rows.assign(accuracy=100 * rows["accuracy"])


def draw(table: pd.DataFrame) -> Figure:
    """A panel per normalisation: seeds as points, their mean as a line."""
    names = list(dict.fromkeys(table["surrogate"]))
    figure = Figure(figsize=(10, 0.32 * len(names) + 1.6), layout="constrained")
    panels = figure.subplots(1, len(NORMALISATIONS), sharey=True, sharex=True)
    for axes, normalisation in zip(panels, NORMALISATIONS, strict=True):
        rows = table[table["normalisation"] == normalisation]
        sns.stripplot(rows, x="accuracy", y="surrogate", order=names, ax=axes, color="C0", alpha=0.6, jitter=False)
        means = rows.groupby("surrogate")["accuracy"].mean().loc[names]
        axes.scatter(means, range(len(names)), marker="|", s=180, color="0.2", zorder=3)
        axes.axvline(means.mean(), color="0.8", zorder=0)
        axes.set(xlabel="accuracy (%)", ylabel="", yticks=range(len(names)))
        axes.set_yticklabels([name.replace("_", " ") for name in names])
        axes.set_title(normalisation, fontsize="small")
    return figure
