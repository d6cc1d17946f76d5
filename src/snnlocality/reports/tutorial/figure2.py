"""Figure 2 of the tutorial: the graph of a spiking network unrolled in time."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from snnlocality.reports.figures import arrow

TITLE = "The graph of one recurrent layer, unrolled over three steps: current I, potential U, spikes s"
_STEPS = ("t-1", "t", "t+1")
_LABELS = {
    ("I", "I"): "α",
    ("U", "U"): "β",
    ("I", "U"): "1",
    ("U", "s"): "H",
    ("s", "I"): "V",
    ("s", "U"): "-θ",
    ("x", "I"): "W",
    ("s", "y"): "W_out",
    ("y", "y"): "κ",
}
_HEIGHTS = {"x": 0, "I": 1, "U": 2, "s": 3, "y": 4}


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """A row per edge: from, step, to, step, by what factor or function; through what it carries the state."""
    assert not found
    rows = []
    for t, step in enumerate(_STEPS):
        within = [("x", "I"), ("I", "U"), ("U", "s"), ("s", "y")]
        rows += [(a, step, b, step, _LABELS[a, b], "within a step") for a, b in within]
        if t + 1 < len(_STEPS):
            to = _STEPS[t + 1]
            rows += [(a, step, a, to, _LABELS[a, a], "leak") for a in ("I", "U", "y")]
            rows.append(("s", step, "I", to, _LABELS["s", "I"], "recurrence"))
            rows.append(("s", step, "U", to, _LABELS["s", "U"], "reset"))
    return pd.DataFrame(rows, columns=["from", "from_step", "to", "to_step", "by", "through"])


def draw(table: pd.DataFrame) -> Figure:
    """Steps from left to right, states from below to above; colours tell through what the state is carried."""
    figure = Figure(figsize=(8, 5.5), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.6, 5.2), ylim=(-0.7, 4.5))
    axes.set_axis_off()
    colours = {"within a step": "0.35", "leak": "C0", "recurrence": "C1", "reset": "C3"}
    place = {step: 2.2 * n for n, step in enumerate(_STEPS)}
    for name, height in _HEIGHTS.items():
        for x in place.values():
            box = {"boxstyle": "circle,pad=0.35", "fc": "white", "ec": "0.2"}
            axes.text(x, height, name, ha="center", va="center", bbox=box)
    for step, x in place.items():
        axes.text(x, -0.55, f"step {step}", ha="center", va="center", fontsize="small")
    for row in table.itertuples(index=False):
        x, y, to_x, to_y = place[row.from_step], _HEIGHTS[row[0]], place[row.to_step], _HEIGHTS[row.to]
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        gap = 0.24
        dx, dy = gap * (to_x - x) / length, gap * (to_y - y) / length
        arrow(axes, (x + dx, y + dy), (to_x - dx, to_y - dy), colours[row.through])
        share = 0.36 if row.through in ("recurrence", "reset") else 0.5
        label: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": "small", "color": colours[row.through]}
        background = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none"}
        axes.text(x + share * (to_x - x), y + share * (to_y - y), row.by, bbox=background, **label)
    for name, colour in colours.items():
        axes.plot([], [], color=colour, label=name)
    figure.legend(loc="outside lower center", ncols=len(colours), frameon=False)
    return figure
