"""Figure 7 of the tutorial: temporal exclusive or, learned from spike times."""

import pandas as pd
from matplotlib.figure import Figure

TITLE = "Temporal exclusive or: the first output neuron to fire names the class"
_PATTERNS = ("early, early: 0", "early, late: 1", "late, early: 1", "late, late: 0")
_NAMES = {"exact": "Exact spike times", "SpikeProp": "SpikeProp"}


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """As the experiment found it, of losses every tenth."""
    (rows,) = found
    return rows[(rows["quantity"] != "loss") | (rows["x"] % 10 == 0)]


def draw(table: pd.DataFrame) -> Figure:
    """Potentials for every pattern, then how often and how fast each method succeeds."""
    figure = Figure(figsize=(10, 6.6), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[2, 1.2], squeeze=False)[:, 0]
    axes = above.subplots(2, 4, sharex=True, sharey=True)
    shown, spikes = table[table["quantity"] == "potential"], table[table["quantity"] == "spike"]
    for pattern, title in enumerate(_PATTERNS):
        for row, kind, name in ((0, "h", "hidden"), (1, "o", "output")):
            panel = axes[row, pattern]
            panel.axhline(1, ls="--", color="0.6", lw=0.8)
            of_pattern = shown[(shown["pattern"] == pattern) & shown["unit"].str.startswith(kind)]
            for number, (unit, line) in enumerate(of_pattern.groupby("unit", sort=False)):
                panel.plot(line["x"], line["value"], color=f"C{number}", lw=1.3, label=unit)
                fired = spikes[(spikes["pattern"] == pattern) & (spikes["unit"] == unit)]
                panel.plot(fired["x"], [1.08] * len(fired), "v", color=f"C{number}", ms=6)
            panel.set(ylim=(-1.2, 1.25))
            panel.set_ylabel(f"potential, {name}" if pattern == 0 else "")
        axes[0, pattern].set_title(title, fontsize="small")
    if len(shown):
        axes[1, -1].legend(frameon=False, fontsize="small", loc="lower right")
    above.supxlabel("time (synaptic time constants)", fontsize="small")
    solved = table[table["quantity"] == "solved"].groupby("method", sort=False)["value"].agg(["sum", "count"])
    losses = table[table["quantity"] == "loss"]
    for panel, (method, runs) in zip(below.subplots(1, 2), losses.groupby("method", sort=False), strict=True):
        for _, line in runs.groupby("seed"):
            panel.plot(line["x"], line["value"], color="0.4", lw=0.6, alpha=0.6)
        right, count = solved.loc[method]
        panel.set_title(f"{_NAMES[method]}: all four right in {right:.0f} of {count:.0f} seeds", fontsize="small")
        panel.set(xlabel="updates", ylabel="loss", yscale="log")
    return figure
