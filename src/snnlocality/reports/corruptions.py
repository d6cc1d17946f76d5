"""Accuracy on recordings with events added, missing, or moved in time, by learning rate."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality.reports import figures
from snnlocality.reports.figures import set_theme
from snnlocality.reports.gathering import OWN_RATE, by_rate, gathered, notice_of, percentages
from snnlocality.steps.corrupt import NONE
from snnlocality.storage import write_text
from snnlocality.study.reports.learning_rates import Settings
from snnlocality.study.step import Job

LABELS = {"added": "events added (share)", "missing": "events missing (share)", "jitter_ms": "moved in time (ms)"}
_KEYS = ["method", "arch", "learning_rate", "corruption", "amount"]


def render(job: Job[Settings]) -> None:
    """Write table and figure."""
    settings = job.settings
    at_rates = by_rate(job.files("own"), job.files("equal"), settings.learning_rates)
    runs = pd.concat(
        [gathered(files, settings).assign(learning_rate=rate) for rate, files in at_rates.items()], ignore_index=True
    )
    table = percentages(runs, _KEYS, "accuracy")
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.4f"))
    title = f"Accuracy on corrupted recordings, study '{settings.study}', bars: 95 % over seeds"
    figures.write(job, draw(table), title, notice_of(job))


def draw(table: pd.DataFrame) -> Figure:
    """Accuracy over the amount: a row per learning rate, a column per corruption, a line per cell."""
    set_theme()
    shown = with_clean(table).assign(rate=lambda t: t["learning_rate"].replace(OWN_RATE, "searched"))
    grid = sns.FacetGrid(
        shown, row="rate", col="corruption", height=2.8, aspect=1.25, sharex="col", margin_titles=False
    )
    methods = list(dict.fromkeys(shown["method"]))
    colours = dict(zip(methods, sns.color_palette("colorblind", len(methods)), strict=True))
    styles = dict(zip(dict.fromkeys(shown["arch"]), ("-", "--", ":"), strict=False))
    for (rate, corruption), panel in shown.groupby(["rate", "corruption"], sort=False):
        axes = grid.axes_dict[rate, corruption]
        for (method, arch), line in panel.groupby(["method", "arch"], sort=False):
            error = [line["mean"] - line["ci_low"], line["ci_high"] - line["mean"]]
            style = {"color": colours[method], "ls": styles[arch], "marker": "o", "ms": 3}
            axes.errorbar(line["amount"], line["mean"], error, label=f"{method} {arch}", **style)
        axes.set(xlabel=LABELS[corruption], ylabel="accuracy (%)")
    grid.set_titles("learning rate: {row_name}", size="small")
    handles, labels = grid.axes.flat[0].get_legend_handles_labels()
    grid.figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return grid.figure


def with_clean(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of each corruption, before them the clean recordings' as those of amount 0."""
    clean = table[table["corruption"] == NONE]
    return pd.concat(
        [part for how in LABELS for part in (clean.assign(corruption=how), table[table["corruption"] == how])],
        ignore_index=True,
    )
