"""Robustness of networks that were trained at chosen firing rates: a rule's, or its rate's?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from scipy import stats

from snnlocality.reports import figures
from snnlocality.reports.figures import nothing, set_theme
from snnlocality.reports.gathering import method_columns, notice_of, percentages
from snnlocality.steps.descend import CLEAN, TABLE_3
from snnlocality.storage import read_json, write_text
from snnlocality.study.reports.activity import Settings
from snnlocality.study.step import Job

ALL = "all attacks"
MEASURES = (CLEAN, TABLE_3, ALL)  # accuracy: clean, under the worst of Table 3's attacks, under descents besides
_RUN = ["method", "arch", "firing_rate", "seed"]
_COLUMNS = ["method", "arch", "firing_rate", "measure", "mean", "ci_low", "ci_high", "n", "measured_rate"]


def render(job: Job[Settings]) -> None:
    """Write table and figure."""
    runs = pd.DataFrame(measured(job))
    table = summary(runs)
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.4f"))
    title = f"Robustness at chosen firing rates, study '{job.settings.study}', bars: 95 % over seeds"
    if not runs.empty:
        within, between = association(runs)
        title += (
            f"\nSpearman's rho of rate and robustness: {within:.2f} within rule and architecture, "
            f"{between:.2f} of their means at the same rates"
        )
    figures.write(job, draw(table), title, notice_of(job))


def measured(job: Job[Settings]) -> Iterator[dict]:
    """A row for each run and measure; ``rate`` is what it fires at on the test part, mean over hidden layers."""
    settings = job.settings
    for (wished, task, rule, arch, fold, seed), path in job.files("descend").items():
        accuracies = pd.read_csv(path)
        accuracies = accuracies[accuracies["epsilon"].isin(settings.epsilon)]
        by_measure = {name: accuracies[accuracies["after"] == name]["accuracy"].mean() for name in (CLEAN, TABLE_3)}
        by_measure[ALL] = accuracies.groupby("epsilon")["accuracy"].last().mean()
        metrics = read_json(job.files("metrics")[wished, task, rule, arch, fold, seed])
        columns = {**method_columns(settings, task, rule), "arch": settings.labels[arch], "fold": fold, "seed": seed}
        columns |= {"firing_rate": wished, "rate": float(np.mean(metrics["firing_rates"]))}
        yield from ({**columns, "measure": name, "accuracy": value} for name, value in by_measure.items())


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Mean and interval over seeds of every measure, in percent, and the firing rate as it was measured."""
    if runs.empty:
        return pd.DataFrame(columns=_COLUMNS)
    keys = ["method", "arch", "firing_rate", "measure"]
    rates = runs.groupby(keys)["rate"].mean().rename("measured_rate").reset_index()
    return percentages(runs, keys, "accuracy").merge(rates, on=keys)


def association(runs: pd.DataFrame) -> tuple[float, float]:
    """Spearman's correlation of firing rate and robustness within cells, and of cells at the same wished rate.

    The first is what a rate does to a rule; the second is what is left between rules when rates are alike.
    """
    robust = runs[runs["measure"] == ALL].groupby(_RUN, sort=False)[["rate", "accuracy"]].mean().reset_index()

    def correlation(by: list[str], rows: pd.DataFrame) -> float:
        ranks = rows.groupby(by)[["rate", "accuracy"]].rank()
        centred = ranks - ranks.groupby([rows[name] for name in by]).transform("mean")
        if (centred.std() == 0).any() or len(rows) < 3:
            return float("nan")
        return float(stats.pearsonr(centred["rate"], centred["accuracy"]).statistic)

    cells = robust.groupby(["method", "arch", "firing_rate"], sort=False)[["rate", "accuracy"]].mean().reset_index()
    return correlation(["method", "arch"], robust), correlation(["firing_rate"], cells)


def draw(table: pd.DataFrame) -> Figure:
    """Accuracy over the measured firing rate: a panel per measure, a line per cell."""
    set_theme()
    if table.empty:
        return nothing("This study trains no networks at chosen firing rates (analyses.firing_rates).")
    grid = sns.FacetGrid(table, col="measure", height=3.2, aspect=1.2, sharey=False)
    methods = list(dict.fromkeys(table["method"]))
    colours = dict(zip(methods, sns.color_palette("colorblind", len(methods)), strict=True))
    styles = dict(zip(dict.fromkeys(table["arch"]), ("-", "--", ":"), strict=False))
    for measure, panel in table.groupby("measure", sort=False):
        axes = grid.axes_dict[measure]
        for (method, arch), line in panel.groupby(["method", "arch"], sort=False):
            line = line.sort_values("measured_rate")
            error = [line["mean"] - line["ci_low"], line["ci_high"] - line["mean"]]
            style = {"color": colours[method], "ls": styles[arch], "marker": "o", "ms": 4}
            axes.errorbar(line["measured_rate"], line["mean"], error, label=f"{method} {arch}", **style)
        axes.set(xlabel="spikes per neuron and step", ylabel="accuracy (%)")
    grid.set_titles("{col_name}", size="small")
    handles, labels = grid.axes.flat[0].get_legend_handles_labels()
    grid.figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return grid.figure
