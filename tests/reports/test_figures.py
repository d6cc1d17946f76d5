"""A figure's bytes depend on its data alone, not on where in memory its layout was solved."""

import pandas as pd
from matplotlib.figure import Figure

from snnlocality.reports.figures import as_svg, captioned


def drawn() -> str:
    figure = Figure(figsize=(5, 3), layout="constrained")
    above, below = figure.subfigures(2, 1)
    for part in (above, below):
        axes = part.subplots(1, 2, sharey=True)
        axes[0].plot(pd.Series([1.0, 2.5, 2.0]), marker="o", label="a")
        axes[1].axhline(1, ls="--")
        axes[0].legend()
    above.supxlabel("time")
    captioned(figure, "A title", "What must be said of the data.")
    return as_svg(figure)


def test_the_same_figure_has_the_same_bytes():
    first = drawn()
    held = [bytearray(size) for size in range(10, 4000, 7)]  # other addresses for what comes next
    assert drawn() == first
    assert held
    assert 'id="mark0"' in first
    assert "url(#mark" in first
