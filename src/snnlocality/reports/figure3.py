"""Figure 3: how far attacks move representations, REC against FF, and what accuracy has to do with it."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from scipy import stats

from snnlocality.attacks import fgsm as attacks
from snnlocality.reports import figures
from snnlocality.reports.figures import nothing, set_theme
from snnlocality.reports.gathering import FF, REC, gathered, notice_of, summarised
from snnlocality.storage import write_text
from snnlocality.study.step import Job

_KEYS = ["attack", "kind", "method", "epsilon", "layer"]


def render(job: Job) -> None:
    """Write table and figure of differences, and of the association with accuracy."""
    settings = job.settings
    shifts = gathered(job.files("shift"), settings)
    attacked = gathered(job.files("attacked"), settings)
    notice = notice_of(job)
    table = differences(shifts)
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.4f"))
    title = f"CKA between clean and attacked input, REC minus FF (above 0: REC moves less), study '{settings.study}'"
    figures.write(job, draw(table), title, notice)
    losses = paired_losses(shifts, attacked)
    write_text(job.outputs["association_table"], losses.to_csv(index=False, float_format="%.4f"))
    everywhere, within = association(losses)
    title = (
        f"What an attack costs in similarity and in accuracy, study '{settings.study}'\n"
        f"Spearman's rho {everywhere:.2f} over all points, {within:.2f} within the same attack and epsilon"
    )
    figures.write(job, draw_association(losses), title, notice, "association_figure")


def differences(shifts: pd.DataFrame) -> pd.DataFrame:
    """CKA of REC minus that of FF, paired by seed: mean and 95 % interval."""
    chosen = shifts[shifts["arch"].isin([FF, REC])]
    by_seed = chosen.pivot_table(index=[*_KEYS, "seed"], columns="arch", values="cka", sort=False)
    if not {FF, REC} <= set(by_seed):
        return pd.DataFrame(columns=[*_KEYS, "mean", "ci_low", "ci_high", "n"])
    paired = (by_seed[REC] - by_seed[FF]).rename("difference").reset_index()
    return summarised(paired, _KEYS, "difference")


def paired_losses(shifts: pd.DataFrame, attacked: pd.DataFrame) -> pd.DataFrame:
    """Per run, attack and epsilon: accuracy lost, in points, and CKA lost (spikes, mean over hidden layers)."""
    run = ["attack", "method", "arch", "fold", "seed"]
    clean = attacked[attacked["epsilon"] == 0].set_index(run)["accuracy"]
    lost = attacked[attacked["epsilon"] > 0].set_index([*run, "epsilon"])["accuracy"]
    lost = 100 * (clean.reindex(lost.index.droplevel("epsilon")).to_numpy() - lost)
    spikes = shifts[(shifts["kind"] == "spikes") & (shifts["layer"] != "out")]
    moved = 1 - spikes.groupby([*run, "epsilon"], sort=False)["cka"].mean()
    return pd.concat([moved.rename("cka_lost"), lost.rename("accuracy_lost")], axis=1, join="inner").reset_index()


def association(losses: pd.DataFrame) -> tuple[float, float]:
    """Spearman's correlation of accuracy lost and CKA lost over all rows, and within equal epsilon and attack.

    The first mixes in that a stronger attack costs more of both; the second asks what the paper claims.
    """
    if len(losses) < 3:
        return float("nan"), float("nan")
    everywhere = stats.spearmanr(losses["cka_lost"], losses["accuracy_lost"]).statistic
    ranked = losses.groupby(["attack", "epsilon"])[["cka_lost", "accuracy_lost"]].rank()
    centred = ranked - ranked.groupby([losses["attack"], losses["epsilon"]]).transform("mean")
    norm = np.sqrt((centred**2).sum().prod())
    within = float((centred["cka_lost"] * centred["accuracy_lost"]).sum() / norm) if norm > 0 else float("nan")
    return float(everywhere), within


def draw(table: pd.DataFrame) -> Figure:
    """The difference over epsilon: a row per attack, a column per method, a line per layer (spikes; readout dashed)."""
    set_theme()
    if table.empty:
        return nothing("This study does not have both feed-forward and recurrent networks: nothing to subtract.")
    shown = table[table["kind"] == "spikes"]
    shown = shown.assign(
        attack=shown["attack"].map(lambda name: attacks.load(name).label),
        layer=shown["layer"].map(lambda layer: f"layer {layer}" if layer.isdigit() else "readout"),
    )
    grid = sns.FacetGrid(shown, row="attack", col="method", height=2.8, aspect=1.15, sharey=True, margin_titles=False)
    layers = list(dict.fromkeys(shown["layer"]))
    colours = dict(zip(layers, sns.color_palette("colorblind", len(layers)), strict=True))
    for (attack, method), panel in shown.groupby(["attack", "method"], sort=False):
        axes = grid.axes_dict[attack, method]
        axes.axhline(0, color="0.6", lw=1)
        for layer, line in panel.groupby("layer", sort=False):
            x = np.arange(len(line))
            error = [line["mean"] - line["ci_low"], line["ci_high"] - line["mean"]]
            axes.errorbar(x, line["mean"], error, label=layer, color=colours[layer], marker="o", ms=4)
        epsilons = list(dict.fromkeys(panel["epsilon"]))
        axes.set_xticks(range(len(epsilons)), [f"{epsilon:g}" for epsilon in epsilons])
    grid.set_titles("{col_name}\n{row_name}", size="small").set_axis_labels("epsilon", "CKA, REC - FF")
    handles, labels = grid.axes.flat[0].get_legend_handles_labels()
    grid.figure.legend(handles, labels, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return grid.figure


def draw_association(losses: pd.DataFrame) -> Figure:
    """A point per run and epsilon: a panel per attack, colours for methods, marks for architectures."""
    set_theme()
    shown = losses.assign(attack=losses["attack"].map(lambda name: attacks.load(name).label))
    grid = sns.relplot(
        shown,
        x="cka_lost",
        y="accuracy_lost",
        hue="method",
        style="arch",
        col="attack",
        height=3.6,
        aspect=1.15,
        alpha=0.7,
    )
    grid.set_titles("{col_name}").set_axis_labels("1 - CKA(clean, attacked), hidden layers", "accuracy lost (points)")
    return grid.figure
