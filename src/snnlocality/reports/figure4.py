"""Figure 4: Fisher information of every layer's weights, as shares of a network's whole."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from snnlocality.reports import figures
from snnlocality.reports.figures import set_theme
from snnlocality.reports.gathering import gathered, notice_of, summarised
from snnlocality.storage import write_text
from snnlocality.study.step import Job

GRADIENTS = {"own": "the rule's own gradient", "bptt": "gradient of the loss (BPTT)"}
NETWORK = ["gradient", "method", "arch", "epoch", "step", "fold", "seed"]
_KEYS = ["gradient", "method", "arch", "epoch", "step", "weights", "kind", "layer"]


def render(job: Job) -> None:
    """Write the table and the figures at the end of training and over time."""
    settings = job.settings
    table = summary(shares(gathered(job.files("traces"), settings)))
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.6g"))
    notice = notice_of(job)
    title = f"Share of a network's Fisher information, mean and 95 % interval over seeds, study '{settings.study}'"
    figures.write(job, draw(at_the_end(table)), title, notice)
    title = f"The same over training and over the steps of a recording, study '{settings.study}'"
    figures.write(job, draw_over_time(table), title, notice, "over_time")


def shares(traces: pd.DataFrame) -> pd.DataFrame:
    """Shares of a network's sum of traces, and of traces per parameter.

    Kind is LW-FF, LW-REC or RW-REC as in the paper, and DW where a readout reads a layer below the last one directly.
    """
    per_parameter = traces["trace"] / traces["parameters"]
    kind = traces["weights"].str[0].map({"W": "LW-", "V": "RW-", "O": "DW-"}) + traces["arch"]
    return traces.assign(
        share=traces["trace"] / traces.groupby(NETWORK)["trace"].transform("sum"),
        share_per_parameter=per_parameter / per_parameter.groupby([traces[key] for key in NETWORK]).transform("sum"),
        kind=kind,
        layer=traces["weights"].str[1:].replace("_out", "out"),
    )


def summary(shared: pd.DataFrame) -> pd.DataFrame:
    """Means and intervals of the shares over folds and seeds."""
    return summarised(shared, _KEYS, "share").merge(
        summarised(shared, _KEYS, "share_per_parameter")[[*_KEYS, "mean"]],
        on=_KEYS,
        suffixes=("", "_per_parameter"),
    )


def at_the_end(table: pd.DataFrame) -> pd.DataFrame:
    """The chosen model, judged by the whole recording."""
    chosen = table[table["epoch"] == "chosen"]
    return chosen[chosen["step"] == chosen["step"].max()]


def draw(table: pd.DataFrame) -> Figure:
    """Bars per layer: a row per gradient, a column per method; a mark shows the share per parameter."""
    set_theme()
    shown = table.assign(
        gradient=table["gradient"].map(GRADIENTS),
        layer=table["layer"].map(lambda layer: f"layer {layer}" if layer.isdigit() else "readout"),
    )
    grid = sns.FacetGrid(shown, row="gradient", col="method", height=3, aspect=1.15, sharey=True)
    kinds = list(dict.fromkeys(shown["kind"]))
    colours = dict(zip(kinds, sns.color_palette("colorblind", len(kinds)), strict=True))
    layers = list(dict.fromkeys(shown["layer"]))
    width = 0.8 / len(kinds)
    for (gradient, method), panel in shown.groupby(["gradient", "method"], sort=False):
        axes = grid.axes_dict[gradient, method]
        for number, kind in enumerate(kinds):
            bars = panel[panel["kind"] == kind]
            x = [layers.index(layer) + (number - (len(kinds) - 1) / 2) * width for layer in bars["layer"]]
            error = [bars["mean"] - bars["ci_low"], bars["ci_high"] - bars["mean"]]
            axes.bar(x, bars["mean"], width, yerr=error, color=colours[kind], error_kw={"lw": 1})
            axes.plot(x, bars["mean_per_parameter"], "D", color="black", mfc="white", ms=4, zorder=3)
        axes.set_xticks(range(len(layers)), layers)
    grid.set_titles("{col_name}\n{row_name}", size="small").set_axis_labels("", "share")
    grid.figure.legend(
        handles=[Patch(color=colours[kind], label=kind) for kind in kinds],
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        frameon=False,
    )
    grid.figure.text(1, 0.25, "diamonds: shares of the\ninformation per parameter", fontsize="small")
    return grid.figure


def draw_over_time(table: pd.DataFrame) -> Figure:
    """Lines of every matrix: over epochs (the rule's own gradient) and over steps (the chosen model)."""
    set_theme()
    own = table[table["gradient"] == "own"]
    epochs = own[own["epoch"] != "chosen"]
    views = {
        "epoch": epochs.assign(x=epochs["epoch"].astype(int)),
        "step": own[own["epoch"] == "chosen"].assign(x=own["step"]),
    }
    shown = pd.concat([rows.assign(view=f"over {view}s") for view, rows in views.items()], ignore_index=True)
    shown = shown.assign(panel=shown["method"] + " " + shown["arch"], weights=shown["weights"].str.replace("_", " "))
    grid = sns.relplot(
        shown,
        x="x",
        y="mean",
        hue="weights",
        style="weights",
        row="view",
        col="panel",
        kind="line",
        height=2.4,
        aspect=1,
        facet_kws={"sharex": "row", "sharey": True},
        errorbar=None,
    )
    grid.set_titles("{col_name}, {row_name}", size="small").set_axis_labels("", "share")
    return grid.figure
