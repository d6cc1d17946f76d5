"""Figure 3 of the tutorial: the derivative of the step, and what learning puts in its place."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality import registry
from snnlocality.neurons.formula import NUMPY, as_function

TITLE = "Surrogate derivatives of the step, each scaled to a peak of one; slope k = 2"
_SLOPE = 2.0


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """A row per surrogate and x = U - theta: h(x), its peak, its area, and h over its peak."""
    assert not found
    x = np.linspace(-2, 2, 801)
    wide = np.linspace(-500, 500, 2_000_001)
    tables = []
    for name in registry.names(registry.SURROGATES):
        derivative = as_function(registry.load(registry.SURROGATES, name), NUMPY)
        h, far = np.asarray(derivative(x, _SLOPE)), np.asarray(derivative(wide, _SLOPE))
        values = {"x": x, "h": h, "peak": far.max(), "area": np.trapezoid(far, wide), "scaled": h / far.max()}
        tables.append(pd.DataFrame({"surrogate": name.replace("_", " "), **values}))
    return pd.concat(tables, ignore_index=True)


def draw(table: pd.DataFrame) -> Figure:
    """One curve per surrogate, and the step's derivative: zero, and undefined at the threshold."""
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.subplots()
    names = list(dict.fromkeys(table["surrogate"]))
    for name, colour in zip(names, sns.color_palette("colorblind", len(names)), strict=True):
        rows = table[table["surrogate"] == name]
        axes.plot(rows["x"], rows["scaled"], color=colour, label=name)
    axes.plot([-2, 2], [0, 0], color="0.2", lw=2.5, label="step", zorder=0)
    axes.annotate("", (0, 1.22), (0, 0), arrowprops={"arrowstyle": "-|>", "color": "0.2", "lw": 2})
    axes.set(xlabel="U - θ", ylabel="derivative, scaled", ylim=(-0.04, 1.25))
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
