"""Figures as vector graphics whose bytes depend on the data alone."""

import io
import re
import textwrap
from pathlib import Path

import matplotlib
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.transforms import Bbox

from snnlocality.storage import write_text
from snnlocality.study.step import Job

matplotlib.use("svg")  # without a screen

_DIGITS = 4  # of positions, as shares of a figure, and of sizes in inches
_PADDING = 0.1  # inches around a figure


def set_theme() -> None:
    """One look for all figures; the colours can be told apart by the colour-blind."""
    sns.set_theme(style="ticks", context="notebook", palette="colorblind")


def write(job: Job, figure: Figure, title: str, notice: str, output: str = "figure") -> None:
    """Write a report's figure with its title and, below, what must be said of the data."""
    captioned(figure, title, notice)
    save_svg(figure, job.outputs[output])


def captioned(figure: Figure, title: str, notice: str) -> None:
    """A title above and, below, what must be said of the data (nothing if there is nothing to say)."""
    figure.suptitle(title, y=1.06, va="bottom", fontsize="medium")
    if notice:
        figure.text(0, -0.02, textwrap.fill(notice, 110), fontsize="small", va="top", color="0.35")


def arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], colour, bend: float = 0.0, line: str = "-"
) -> None:
    """An arrow of a diagram, in the coordinates of the axes' data."""
    style = {
        "arrowstyle": "-|>",
        "mutation_scale": 11,
        "lw": 1.6,
        "color": colour,
        "shrinkA": 0,
        "shrinkB": 0,
        "ls": line,
    }
    axes.add_patch(FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", **style))


def nothing(reason: str) -> Figure:
    """In the place of a figure for which a study has no numbers."""
    figure = Figure(figsize=(7, 1.2))
    figure.text(0.5, 0.5, reason, ha="center", va="center")
    return figure


def save_svg(figure: Figure, path: Path) -> None:
    """Write ``figure`` to ``path`` as SVG, atomically."""
    write_text(path, as_svg(figure))


def as_svg(figure: Figure) -> str:
    """``figure`` as SVG, with its layout settled and its marks and clips numbered."""
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches=settled(figure), metadata={"Date": None})
    # Matplotlib names them by a hash of all digits, of which the last are chance (see ``settled``).
    names: dict[str, str] = {}
    return re.sub(
        r"(?<=[\"#])[a-z]+[0-9a-f]{10}(?=[\")])",
        lambda found: names.setdefault(found[0], f"mark{len(names)}"),
        text.getvalue(),
    )


def settled(figure: Figure) -> Bbox:
    """Lay out ``figure``, rounded to what nobody sees, and return what is to be shown of it, in inches.

    The layout's solver goes through its variables by their addresses in memory, so its last digits are chance.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.get_axes():
        axes.set_position(np.round(axes.get_position().bounds, _DIGITS))
        axes.set_in_layout(True)  # which to set a position ends
    for part in (figure, *figure.subfigs):
        # Public are their texts alone.
        for label in (part._suptitle, part._supxlabel, part._supylabel):  # type: ignore[attr-defined]
            if label is not None:
                label.set_position(np.round(label.get_position(), _DIGITS))
    figure.draw_without_rendering()
    return Bbox(np.round(figure.get_tightbbox().padded(_PADDING).get_points(), _DIGITS))
