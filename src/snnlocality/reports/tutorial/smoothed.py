"""Smoothed models of the tutorial's section IV-A: what each learns, by true gradients."""

import pandas as pd
from matplotlib.figure import Figure

TITLE = "Smoothed models: a soft threshold draws waves, escape noise finds a teacher, rates become spikes"


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """A row per number: model, seed, quantity, x, value."""
    soft, escape, rates = found
    parts = [
        soft.assign(model="soft threshold", quantity="loss", x=soft["update"], value=soft["loss"]),
        soft.assign(model="soft threshold", quantity="spikes per neuron", x=soft["update"], value=soft["spikes"]),
        escape.assign(model="escape noise", quantity="angle", x=escape["update"], value=escape["angle"]),
        escape.assign(
            model="escape noise",
            quantity="log likelihood below the teacher's",
            x=escape["update"],
            value=escape["teacher"] - escape["log_likelihood"],
        ),
        rates.assign(model="rate coding", quantity=rates["neurons"], value=rates["accuracy"]),
    ]
    return pd.concat([part[["model", "seed", "quantity", "x", "value"]] for part in parts], ignore_index=True)


def draw(table: pd.DataFrame) -> Figure:
    """A panel per model, a line per seed."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    soft, escape, rates, spikes = figure.subplots(1, 4)
    panels = (
        (soft, "soft threshold", "loss", "updates", "mean squared distance", 1.0),
        (escape, "escape noise", "angle", "updates", "angle to the teacher's weights (°)", 1.0),
        (rates, "rate coding", "rates", "updates", "accuracy of rates (%)", 100.0),
        (spikes, "rate coding", "spikes", "duration (ms)", "accuracy of spiking neurons (%)", 100.0),
    )
    for axes, model, quantity, x, y, factor in panels:
        rows = table[(table["model"] == model) & (table["quantity"] == quantity)]
        for seed, line in rows.groupby("seed"):
            axes.plot(line["x"], factor * line["value"], color=f"C{seed}", marker="o" if quantity == "spikes" else "")
        axes.set(xlabel=x, ylabel=y)
        axes.set_title(model, fontsize="small")
    for axes in (rates, spikes):
        axes.set_ylim(0, 100)
    return figure
