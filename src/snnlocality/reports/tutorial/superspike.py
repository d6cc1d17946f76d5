"""SuperSpike: a pattern of spikes in answer to noise, and how fast it is learned with every kind of feedback."""

import pandas as pd
from matplotlib.figure import Figure

TITLE = "SuperSpike: spike trains in answer to a fixed noise; targets and what was learned"


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """As the experiment found it, of losses every fifth."""
    (rows,) = found
    return rows[(rows["quantity"] != "loss") | (rows["x"] % 5 == 0)]


def draw(table: pd.DataFrame) -> Figure:
    """Rasters of target and output with symmetric feedback, and the losses."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    raster, curve = figure.subplots(1, 2, width_ratios=[1.2, 1])
    shown = table[(table["feedback"] == "symmetric") & (table["seed"] == table["seed"].min())]
    for quantity, marker, colour in (("target", "|", "0.65"), ("output", ".", "C3")):
        spikes = shown[shown["quantity"] == quantity]
        size = 14 if quantity == "target" else 5
        raster.plot(spikes["x"], spikes["unit"], marker, color=colour, ms=size, mew=1.5, label=quantity)
    raster.set(xlabel="step", ylabel="output neuron", ylim=(-1, None))
    raster.legend(frameon=False, loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.12))
    losses = table[table["quantity"] == "loss"]
    for number, (feedback, rows) in enumerate(losses.groupby("feedback", sort=False)):
        over_seeds = rows.groupby("x")["value"]
        curve.plot(over_seeds.mean(), color=f"C{number}", label=feedback)
        curve.fill_between(over_seeds.min().index, over_seeds.min(), over_seeds.max(), color=f"C{number}", alpha=0.15)
    curve.set(xlabel="updates", ylabel="van Rossum distance per neuron", yscale="log")
    curve.legend(frameon=False, fontsize="small", title="feedback")
    return figure
