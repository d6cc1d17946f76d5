"""The spectrum: every rule of the study, from global to local in space and in time, by all that is measured of it."""

import textwrap

import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from snnlocality import registry
from snnlocality.attacks import fgsm as attacks
from snnlocality.data.batches import read_notice
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.registry import RULES
from snnlocality.reports import figure1, figure2, figures, table3, table4
from snnlocality.reports.figures import set_theme
from snnlocality.reports.gathering import gathered, summarised
from snnlocality.storage import write_text
from snnlocality.study.step import Job

_KEYS = ["dataset", "method", "arch", "quantity"]
EPSILON = 0.01  # of the attacks that stand here: Table 3 has all
_OF_RUNS = {  # columns of a run's metrics: (name, factor)
    "test_accuracy": ("accuracy (%)", 100.0),
    "gradient_cosine_hidden": ("cosine with BPTT's gradient", 1.0),
    "activation_sparsity": ("activation sparsity", 1.0),
    "effective_accumulates": ("accumulates a decision", 1.0),
    "effective_macs": ("multiply-accumulates a decision", 1.0),
    "dense_operations": ("dense operations a decision", 1.0),
    "footprint": ("footprint (bytes)", 1.0),
}
COUNTERPART, WHITE_BOX = (
    f"accuracy at eps {EPSILON:g}, {attacks.load(attack).label} (%)" for attack in (table3.PRIMARY, table3.WHITE_BOX)
)
CKA, BACKDOOR = "CKA with BPTT", "attack success rate, visible trigger (%)"
_SHOWN = ("accuracy (%)", COUNTERPART, WHITE_BOX, CKA, "cosine with BPTT's gradient", "accumulates a decision")


def render(job: Job) -> None:
    """Write the table and the figure."""
    settings = job.settings
    runs = pd.concat(map(pd.read_csv, job.files("runs").values()))
    attacked = gathered(job.files("attacked"), settings)
    poisoned = table4.read(job.files("poisoned"), settings)
    similar = figure2.read(job.files("cka"), settings)
    order = figure1.ordered([registry.load(RULES, rule) for rule in settings.rules])
    table = measured(runs, attacked, poisoned, similar, order)
    write_text(job.outputs["table"], table.to_csv(index=False, float_format="%.6g"))
    notices = dict.fromkeys(map(read_notice, job.files("data").values()))
    title = (
        "From global (left) to local (right): by where errors come from, between lines by how far credit goes back in "
        f"time; mean and 95 % interval over seeds, study '{settings.study}'"
    )
    figures.write(job, draw(table), title, ". ".join(notice.rstrip(".") for notice in notices if notice))


def measured(
    runs: pd.DataFrame,
    attacked: pd.DataFrame,
    poisoned: pd.DataFrame,
    similar: pd.DataFrame,
    rules: list[Rule],
    bptt: str = BPTT.label,
) -> pd.DataFrame:
    """A row per data set, method, architecture and quantity: mean and 95 % interval over seeds (pairs of classes).

    ``rules``: from global to local.
    """
    parts = []
    for column, (name, factor) in _OF_RUNS.items():
        if column in runs:
            parts.append(runs.assign(quantity=name, value=factor * runs[column]))
    for attack, name in ((table3.PRIMARY, COUNTERPART), (table3.WHITE_BOX, WHITE_BOX)):
        chosen = attacked[(attacked["attack"] == attack) & (attacked["epsilon"] == EPSILON)]
        parts.append(chosen.assign(method=chosen["own"], quantity=name, value=100 * chosen["accuracy"]))
    visible = poisoned[(poisoned["trigger"] == "visible") & (poisoned["poison_rate"] == poisoned["poison_rate"].min())]
    parts.append(
        visible.assign(
            method=visible["own"], quantity=BACKDOOR, value=visible["attack_success_rate"], seed=visible["pair"]
        )
    )
    parts.append(to_bptt(similar, bptt).assign(quantity=CKA))
    every = pd.concat([part[[*_KEYS, "seed", "value"]] for part in parts], ignore_index=True).dropna(subset="value")
    table, methods = summarised(every, _KEYS, "value"), [rule.label for rule in rules]
    for column, place in (("error_from", "source"), ("back_in_time", "reach")):
        table[column] = table["method"].map({rule.label: getattr(rule, place).value for rule in rules})
    return table.sort_values("method", key=lambda names: names.map(methods.index), kind="stable", ignore_index=True)


def to_bptt(similar: pd.DataFrame, bptt: str) -> pd.DataFrame:
    """CKA of spikes with BPTT's network, mean over hidden layers, by data set, method, arch and seed."""
    both_ways = pd.concat([similar, similar.rename(columns={"a": "b", "b": "a"})])
    own = both_ways[(both_ways["kind"] == "spikes") & (both_ways["b"] == bptt) & (both_ways["layer"] != "out")]
    own = own[~own["a"].isin(figure2.CONVERTED.values())]
    means = own.groupby(["dataset", "a", "arch", "seed"], sort=False)["cka"].mean()
    return means.rename("value").reset_index().rename(columns={"a": "method"})


def draw(table: pd.DataFrame) -> Figure:
    """A panel per quantity, rules from left to right, architectures and data sets by colour and marker.

    Lines part rules by where their errors come from.
    """
    set_theme()
    shown = [quantity for quantity in _SHOWN if quantity in set(table["quantity"])]
    methods = list(dict.fromkeys(table["method"]))
    came_from = table.drop_duplicates("method")["error_from"].tolist()
    borders = [number - 0.5 for number in range(1, len(methods)) if came_from[number] != came_from[number - 1]]
    figure = Figure(figsize=(max(11, 2.2 + 1.3 * len(methods)), 7), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True).flat
    cells = list(dict.fromkeys(zip(table["dataset"], table["arch"], strict=True)))
    datasets = list(dict.fromkeys(name for name, _ in cells))
    colours = dict(zip(dict.fromkeys(arch for _, arch in cells), sns.color_palette("colorblind"), strict=False))
    for axes, quantity in zip(panels, shown, strict=False):
        for number, (dataset, arch) in enumerate(cells):
            rows = table[(table["quantity"] == quantity) & (table["dataset"] == dataset) & (table["arch"] == arch)]
            if rows.empty:
                continue
            x = [methods.index(name) + 0.12 * (number - (len(cells) - 1) / 2) for name in rows["method"]]
            error = [rows["mean"] - rows["ci_low"], rows["ci_high"] - rows["mean"]]
            axes.errorbar(
                x,
                rows["mean"],
                error,
                ls="",
                marker="os^"[datasets.index(dataset)],
                ms=5,
                color=colours[arch],
                label=f"{dataset} {arch}",
            )
        for border in borders:
            axes.axvline(border, color="0.8", lw=1, zorder=0)
        axes.set_title(textwrap.fill(quantity, 30), fontsize="small")
        axes.set_xticks(range(len(methods)), methods, rotation=40, ha="right", fontsize="small")
    for axes in panels:
        axes.set_axis_off()
    handles: dict[str, Artist] = {}
    for axes in figure.axes:
        handles |= dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))
    figure.legend(list(handles.values()), list(handles), loc="outside right center", frameon=False)
    return figure
