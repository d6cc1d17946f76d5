"""Differences in robustness at every learning rate, from the contrasts of the claims about them."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality.reports import figures
from snnlocality.reports.figures import set_theme
from snnlocality.reports.gathering import OWN_RATE, notice_of
from snnlocality.study.step import Job

# By panel: the claim whose contrast it is, and the contrast.
_PANELS = {
    "DECOLLE less BPTT": ("C16", "DECOLLE - BPTT, FF and REC"),
    "e-prop less BPTT": ("C17", "e-prop - BPTT, FF and REC"),
    "BPTT, recurrent less feed-forward": ("C14", "BPTT, REC - FF"),
}
_ATTACKS = {"claim": "the paper's attack", "control": "white box"}


def render(job: Job) -> None:
    """Draw the figure."""
    contrasts = pd.read_csv(job.file("contrasts"), dtype={"learning_rate": str})
    title = f"Accuracy that attacks leave: differences, study '{job.settings.study}'"
    read = "Mean over epsilon .005, .01 and .02; 95 % intervals of one number alone."
    figures.write(job, draw(contrasts), title, f"{read} {notice_of(job)}")


def draw(contrasts: pd.DataFrame) -> Figure:
    """A panel for each difference: points of accuracy over learning rates, by attack."""
    set_theme()
    rates = sorted(set(contrasts["learning_rate"]), key=lambda rate: -1.0 if rate == OWN_RATE else float(rate))
    if not any((contrasts["id"] == claim).any() for claim, _ in _PANELS.values()):
        return figures.nothing("The study has none of these contrasts.")
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    colours = sns.color_palette("colorblind", len(_ATTACKS))
    panels = figure.subplots(1, len(_PANELS), sharey=True)
    for axes, (name, (claim, contrast)) in zip(panels, _PANELS.items(), strict=True):
        axes.axhline(0, color="0.6", lw=1)
        for place, (part, attack) in enumerate(_ATTACKS.items()):
            chosen = contrasts["id"].eq(claim) & contrasts["contrast"].eq(contrast) & contrasts["part"].eq(part)
            rows = contrasts[chosen].set_index("learning_rate").reindex(rates)
            x = np.arange(len(rates)) + 0.16 * (place - 0.5)
            error = [rows["effect"] - rows["ci_low"], rows["ci_high"] - rows["effect"]]
            axes.errorbar(
                x, rows["effect"], error, fmt="os"[place], ms=6, label=attack, color=colours[place], capsize=3
            )
        axes.set_xticks(range(len(rates)), ["searched" if rate == OWN_RATE else f"all {rate}" for rate in rates])
        axes.set_xlim(-0.5, len(rates) - 0.5)  # labels end within their panel
        axes.set_title(name, fontsize="medium")
        axes.set_xlabel("learning rate")
    panels[0].set_ylabel("points of accuracy")
    panels[-1].legend(frameon=False, fontsize="small")
    return figure
