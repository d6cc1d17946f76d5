"""Figures as vector graphics whose bytes depend on the data alone."""

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from snnlocality.storage import atomic_path

# Without a screen; ids drawn from a fixed salt and no date, so that equal data give equal bytes.
matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "snnlocality"


def save_svg(figure: Figure, path: Path) -> None:
    """Write ``figure`` to ``path`` as SVG, atomically."""
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="svg", bbox_inches="tight", metadata={"Date": None})
