"""Figure 2: how alike the networks of different methods represent the same samples, layer by layer."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from snnlocality.reports import figures
from snnlocality.reports.figures import set_theme
from snnlocality.reports.gathering import notice_of, on_task, summarised
from snnlocality.storage import write_text
from snnlocality.study.reported import OfBoth
from snnlocality.study.step import Job

CONVERTED = {"converted_IF": "converted (IF)", "converted_LIF": "converted (LIF)"}
KINDS = {"spikes": "spikes", "potentials": "membrane potentials"}
_OTHER_SEED = ", another seed"
_KEYS = ["kind", "arch", "pair", "a", "b", "layer"]


def render(job: Job) -> None:
    """Write the table and the figure."""
    settings = job.settings
    compared = [read(job.files("cka"), settings), read_ceilings(job.files("ceilings"), settings)]
    table = summarised(pd.concat(compared, ignore_index=True), _KEYS, "cka")
    if table.empty:  # one seed of networks of which none is as deep as converted ones
        table = pd.DataFrame(columns=[*_KEYS, "mean", "ci_low", "ci_high", "n"])
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.4f"))
    title = f"CKA between methods, mean and 95 % interval over seeds, study '{settings.study}'"
    figure = figures.nothing("There are no two networks to compare.") if table.empty else draw(table)
    figures.write(job, figure, title, notice_of(job))


def read(compared: Mapping[tuple, Path], settings: OfBoth) -> pd.DataFrame:
    """A row per data set, seed, architecture, pair of methods, kind and layer."""
    names = CONVERTED | settings.methods
    rows = []
    for (task, arch, fold, seed), path in compared.items():
        table = pd.read_csv(path, dtype={"layer": str})
        a, b = (table[column].map(names) for column in ("a", "b"))
        pair = (a + " and " + b).map(lambda pair, task=task: on_task(pair, settings, task))
        dataset, label = settings.datasets[task], settings.labels[arch]
        rows.append(table.assign(dataset=dataset, arch=label, fold=fold, seed=seed, a=a, b=b, pair=pair))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["dataset", "cka", *_KEYS, "seed"])


def read_ceilings(compared: Mapping[tuple, Path], settings: OfBoth) -> pd.DataFrame:
    """The same of networks of one method, each with that of the next seed."""
    rows = []
    for (task, rule, arch, fold), path in compared.items():
        name = settings.methods[rule]
        pair = on_task(f"{name}{_OTHER_SEED}", settings, task)
        cell = {"dataset": settings.datasets[task], "arch": settings.labels[arch], "fold": fold}
        rows.append(pd.read_csv(path, dtype={"layer": str}).assign(**cell, a=name, b=name, pair=pair))
    return pd.concat(rows, ignore_index=True)


def draw(table: pd.DataFrame) -> Figure:
    """CKA over layers: a panel per architecture and kind, a line per pair of methods, and per method with itself."""
    set_theme()
    shown = table.assign(kind=table["kind"].map(KINDS), layer=table["layer"].replace("out", "readout"))
    grid = sns.FacetGrid(shown, row="kind", col="arch", height=3.4, aspect=1.25, sharey=True)
    pairs = list(dict.fromkeys(shown["pair"]))
    colours = dict(zip(pairs, sns.color_palette("colorblind", len(pairs)), strict=True))
    for (kind, architecture), panel in shown.groupby(["kind", "arch"], sort=False):
        axes = grid.axes_dict[kind, architecture]
        layers = list(dict.fromkeys(panel["layer"]))
        for number, (pair, line) in enumerate(panel.groupby("pair", sort=False)):
            x = [layers.index(layer) + (number - len(pairs) / 2) * 0.03 for layer in line["layer"]]
            error = [line["mean"] - line["ci_low"], line["ci_high"] - line["mean"]]
            style = "--" if "converted" in pair else ":" if _OTHER_SEED in pair else "-"
            axes.errorbar(x, line["mean"], error, label=pair, color=colours[pair], ls=style, marker="o", ms=4)
        axes.set_xticks(range(len(layers)), [f"layer {layer}" if layer.isdigit() else layer for layer in layers])
    grid.set_titles("{col_name}, {row_name}").set_axis_labels("", "CKA")
    handles, labels = grid.axes.flat[0].get_legend_handles_labels()
    grid.figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return grid.figure
