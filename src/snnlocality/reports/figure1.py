"""Figure 1: the methods ordered by locality, drawn from what the learning rules declare."""

import textwrap
from collections import defaultdict
from itertools import accumulate
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from snnlocality import registry
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Reach, Rule
from snnlocality.registry import RULES
from snnlocality.reports.figures import arrow, save_svg, set_theme
from snnlocality.storage import write_text
from snnlocality.study.step import Job

_SOURCES, _REACHES = list(ErrorSource), list(Reach)  # global to local
_ACROSS = 4  # panels of one place side by side
_LAYERS = ("layer 1", "layer 2", "readout", "loss")
_WEIGHTS = {
    FeedbackWeights.TRANSPOSE: "forward weights, transposed",
    FeedbackWeights.PRODUCT: "product of forward weights",
    FeedbackWeights.ADAPTIVE: "random weights that learn",
    FeedbackWeights.RANDOM: "fixed random weights",
}


def render(job: Job) -> None:
    """Write the table and the picture."""
    rules = ordered([registry.load(RULES, name) for name in job.settings.rules])
    write_text(job.outputs["table"], declared(rules).to_csv(index=False))
    save_svg(draw(rules), job.outputs["figure"])


def ordered(rules: list[Rule]) -> list[Rule]:
    """Global to local: in space by where errors come from, then in time, then by weights."""
    return sorted(
        rules,
        key=lambda rule: (
            _SOURCES.index(rule.source),
            _REACHES.index(rule.reach),
            -(rule.through_recurrence is not None) - rule.through_reset,
            list(FeedbackWeights).index(rule.weights),
            rule.local_losses,
        ),
    )


def declared(rules: list[Rule]) -> pd.DataFrame:
    """What each rule declares, a row per rule."""
    return pd.DataFrame(
        [
            {
                "method": rule.label,
                "error_from": rule.source.value + (" and local" if rule.local_losses else ""),
                "by_weights": rule.weights.value,
                "back_in_time": rule.reach.value,
                "through_recurrence": rule.through_recurrence.value if rule.through_recurrence else "",
                "steps_back": rule.truncation,
                "through_reset": rule.through_reset,
                "instantaneous": rule.instantaneous,
                "trace": "" if rule.trace is None else str(rule.trace),
                "taught": rule.taught,
                "reference": rule.reference,
            }
            for rule in rules
        ]
    )


def draw(rules: list[Rule]) -> Figure:
    """A map: space from left to right, time from top to bottom, both from global to local; a panel per rule.

    In a panel forward connections are grey and the way of errors is coloured; it is dashed where errors of the same
    step alone go that way.
    """
    set_theme()
    cells = defaultdict(list)
    for rule in rules:
        cells[rule.reach, rule.source].append(rule)
    sources = [one for one in _SOURCES if any(one in cell for cell in cells)]
    reaches = [one for one in _REACHES if any(one in cell for cell in cells)]
    columns = [min(max(len(cells[reach, source]) for reach in reaches), _ACROSS) for source in sources]
    heights = [max(-(-len(cells[reach, source]) // _ACROSS) for source in sources) for reach in reaches]
    figure = Figure(figsize=(2.7 * sum(columns), 4.4 * sum(heights) + 0.4), layout="constrained")
    bands = figure.subfigures(len(reaches), 1, height_ratios=heights, squeeze=False)[:, 0]
    for band, reach, rows in zip(bands, reaches, heights, strict=True):
        band.suptitle(f"credit back in time: {reach}", x=0.01, ha="left", fontsize="large")
        grid = band.add_gridspec(rows, sum(columns))
        for source, left, across in zip(sources, accumulate([0, *columns[:-1]]), columns, strict=True):
            for number in range(rows * across):
                axes = band.add_subplot(grid[number // across, left + number % across])
                axes.set_axis_off()  # of places that stay empty too
                if number < len(cells[reach, source]):
                    _panel(axes, cells[reach, source][number])
    figure.supxlabel("error from   " + "   ⟶   ".join(sources), fontsize="large")
    return figure


def _panel(axes: Axes, rule: Rule) -> None:
    colour = sns.color_palette("colorblind")[_SOURCES.index(rule.source)]
    axes.set(xlim=(-1.6, 2.1), ylim=(-0.6, 3.6))
    axes.set_title(textwrap.fill(rule.label, 24), fontweight="bold")
    for height, name in enumerate(_LAYERS):
        box: dict[str, Any] = {"boxstyle": "round,pad=0.02", "fc": "white", "ec": "0.2"}
        axes.add_patch(FancyBboxPatch((-0.55, height - 0.18), 1.1, 0.36, **box))
        axes.text(0, height, name, ha="center", va="center", fontsize="small")
    for height in range(3):
        arrow(axes, (-0.3, height + 0.2), (-0.3, height + 0.8), "0.6")
    if rule.direct_readout:
        arrow(axes, (-0.57, 0.05), (-0.57, 1.95), "0.6", bend=-0.5)
    line = "--" if rule.instantaneous or rule.truncation == 1 else "-"
    arrow(axes, (0.3, 2.8), (0.3, 2.2), colour)
    if rule.source is ErrorSource.ABOVE:
        for height in (1, 0):
            arrow(axes, (0.3, height + 0.8), (0.3, height + 0.2), colour, line=line)
    elif rule.source is ErrorSource.READOUT:
        for height in (1, 0):
            arrow(axes, (0.57, 2), (0.57, height), colour, bend=-0.5, line=line)
    if rule.layers_have_losses:
        for height in (1, 0):
            told = "target" if rule.source is ErrorSource.TARGET else "own loss"
            axes.text(1.35, height, told, ha="center", va="center", fontsize="x-small", color=colour)
            arrow(axes, (1.0, height - 0.08), (0.57, height - 0.08), colour, line=line)
            arrow(axes, (0.57, height + 0.08), (1.0, height + 0.08), "0.6")
    for height in (0, 1):
        _loop(axes, height, colour if rule.through_recurrence else "0.6")
    time = [name for name, carried in (("V", rule.through_recurrence), ("reset", rule.through_reset)) if carried]
    credit = " and ".join(time) if time else "neither V nor reset"
    text = f"error from {rule.source}: {_WEIGHTS[rule.weights]}\ncredit through {credit}"
    if rule.taught < 1:
        text += f"\nin {rule.taught:.0%} of the steps"
    axes.text(0.25, -0.55, text, ha="center", va="top", fontsize="x-small")


def _loop(axes: Axes, height: float, colour) -> None:
    """The recurrent weights of a layer, in colour if errors travel through them."""
    arrow(axes, (-0.57, height + 0.1), (-0.57, height - 0.1), colour, bend=2.2)
