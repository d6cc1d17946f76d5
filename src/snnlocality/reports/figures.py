"""Figures as vector graphics whose bytes depend on the data alone."""

import textwrap
from pathlib import Path

import matplotlib
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from snnlocality.storage import atomic_path

# Without a screen; ids drawn from a fixed salt and no date, so that equal data give equal bytes.
matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "snnlocality"


def set_theme() -> None:
    """One look for all figures; the colours can be told apart by the colour-blind."""
    sns.set_theme(style="ticks", context="notebook", palette="colorblind")


def captioned(figure: Figure, title: str, notice: str) -> None:
    """A title above and, below, what must be said of the data (nothing if there is nothing to say)."""
    figure.suptitle(title, y=1.06, va="bottom", fontsize="medium")
    if notice:
        figure.text(0, -0.02, textwrap.fill(notice, 110), fontsize="small", va="top", color="0.35")


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour, bend: float = 0.0) -> None:
    """An arrow of a diagram, in the coordinates of the axes' data."""
    style = {"arrowstyle": "-|>", "mutation_scale": 11, "lw": 1.6, "color": colour, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", **style))


def nothing(reason: str) -> Figure:
    """In the place of a figure for which a study has no numbers."""
    figure = Figure(figsize=(7, 1.2))
    figure.text(0.5, 0.5, reason, ha="center", va="center")
    return figure


def save_svg(figure: Figure, path: Path) -> None:
    """Write ``figure`` to ``path`` as SVG, atomically."""
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="svg", bbox_inches="tight", metadata={"Date": None})
