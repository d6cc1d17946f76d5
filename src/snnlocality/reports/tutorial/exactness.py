"""How far the gradients of rules are from BPTT's, on random networks."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

TITLE = "Cosine between each rule's gradient and BPTT's, by weights; small random networks in double precision"


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """Mean over seeds of the cosine and of the relative distance, and the largest distance."""
    (rows,) = found
    keys = ["arch", "method", "weights"]
    figures = rows.groupby(keys, sort=False).agg(
        cosine=("cosine", "mean"), distance=("distance", "mean"), largest_distance=("distance", "max")
    )
    return figures.reset_index()


def draw(table: pd.DataFrame) -> Figure:
    """A map per architecture: rules over weights."""
    figure = Figure(figsize=(10, 0.42 * table["method"].nunique() + 1.6), layout="constrained")
    panels = figure.subplots(1, 2, width_ratios=[3, 5], sharey=True)
    names = {"ff": "feed-forward", "rec": "recurrent"}
    order = {"W1": 0, "V1": 1, "W2": 2, "V2": 3, "W_out": 9}
    for axes, (arch, rows) in zip(panels, table.groupby("arch", sort=False), strict=False):
        wide = rows.pivot(index="method", columns="weights", values="cosine")
        wide = wide.loc[list(dict.fromkeys(rows["method"])), sorted(wide.columns, key=lambda name: order.get(name, 5))]
        sns.heatmap(wide, ax=axes, vmin=0, vmax=1, cmap="cividis", annot=True, fmt=".2f", cbar=axes is panels[-1])
        axes.set(xlabel="", ylabel="")
        axes.set_title(names[arch], fontsize="small")
    return figure
