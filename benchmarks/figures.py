"""Figures and table of docs/performance from results.json: ``python -m benchmarks.figures``."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from benchmarks import results, table

FOLDER = Path(__file__).parent.parent / "docs" / "performance"
LEVEL = 0.95  # of test accuracy, to be reached
OWN, PEER, OTHER = "#c0392b", "#7f8c8d", "#e59866"
ARCHITECTURES = {"ff": "feed-forward", "rec": "recurrent"}
MARKERS = {"ff": "o", "rec": "s"}
LIBRARIES = {
    "snnlocality": "snnlocality",
    "snntorch": "snnTorch",
    "spikingjelly": "SpikingJelly",
    "norse": "Norse",
    "spyx": "spyx",
    "jaxpike": "jaxpike",
    "rockpool": "rockpool",
}
SHADES = {
    "snntorch": "#111111",
    "spikingjelly": "#2471a3",
    "norse": "#229954",
    "spyx": "#8e44ad",
    "jaxpike": "#b9770e",
    "rockpool": "#5d6d7e",
}
PARAMETERS = {
    "steps": "time steps",
    "batch": "batch size",
    "width": "width of the hidden layers (times 120-84)",
    "depth": "hidden layers (120, then 84 each)",
    "events": "input events (times those of the digits)",
    "threads": "threads",
}
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "snnlocality",
}


def write(found: Mapping[str, Any]) -> None:
    """Draw what has been measured, and the table."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for study, draw in DRAWINGS:
            if found.get(study):
                figure = draw(found[study])
                figure.savefig(FOLDER / f"{draw.__name__}.svg", bbox_inches="tight", metadata={"Date": None})
                plt.close(figure)
    pages = {
        "table": lambda: table.markdown(found),
        "scaling": lambda: table.growth(found, PARAMETERS),
        "open_neuromorphic": lambda: table.one_layer(found),
    }
    for study, page in pages.items():
        if found.get(study):
            (FOLDER / f"{study}.md").write_text(page(), encoding="utf-8")


def speed(rows: Sequence[Mapping[str, Any]]) -> plt.Figure:
    """Bars of recordings per second, one panel per architecture; the ratio to the fastest peer stands at the bar."""
    figure, panels = plt.subplots(1, 2, figsize=(9.5, 3.8), sharex=True, sharey=True)
    shown = sorted(
        (row for row in rows if "skipped" not in row and _compared(row)), key=lambda row: row["recordings_per_second"]
    )
    # Both panels in the order of the first: the fastest at the top.
    labels = list(dict.fromkeys(_label(row) for row in sorted(shown, key=lambda row: row["architecture"])))
    for panel, (architecture, title) in zip(panels, ARCHITECTURES.items(), strict=True):
        for row in (row for row in shown if row["architecture"] == architecture):
            value, position = row["recordings_per_second"], labels.index(_label(row))
            spread = [[value - row["min"]], [row["max"] - value]]
            panel.barh(position, value, xerr=spread, color=_colour(row), error_kw={"lw": 0.8, "ecolor": "#2c3e50"})
            ratio = row["ratio_to_fastest_peer"]
            words = f"{value:,.0f}" + ("" if ratio is None else f"  ({ratio:.1f}×)")
            panel.text(row["max"] * 1.08, position, words, va="center", fontsize=8)
        panel.set_xscale("log")
        panel.set_title(title)
        panel.set_xlabel("recordings trained per second\n(× fastest other library)")
    panels[0].set_yticks(range(len(labels)), labels)
    panels[0].set_xlim(min(row["min"] for row in shown) / 1.5, max(row["max"] for row in shown) * 5)
    figure.tight_layout(w_pad=2)
    return figure


def firing_rates(rows: Sequence[Mapping[str, Any]]) -> plt.Figure:
    """Ratio to the fastest peer, and speeds, over the initial firing rate."""
    figure, (ratio, speeds) = plt.subplots(1, 2, figsize=(9, 3.4))
    for architecture, title in ARCHITECTURES.items():
        ours, peers = (
            [
                row
                for row in rows
                if row["architecture"] == architecture and (row["library"] == "snnlocality") is own and "min" in row
            ]
            for own in (True, False)
        )
        style = {"marker": MARKERS[architecture], "ls": "-" if architecture == "ff" else "--"}
        with_ratio = [row for row in ours if row["ratio_to_fastest_peer"] is not None]
        rates = [100 * row["firing_rate"] for row in with_ratio]
        ratio.plot(rates, [row["ratio_to_fastest_peer"] for row in with_ratio], color=OWN, label=title, **style)
        for group, colour in ((ours, OWN), (peers, PEER)):
            if group:
                speeds.plot(
                    [100 * row["firing_rate"] for row in group],
                    [row["recordings_per_second"] for row in group],
                    color=colour,
                    label=f"{LIBRARIES[group[0]['library']]}, {title}",
                    **style,
                )
    ratio.set_ylabel("times the fastest other library")
    ratio.set_ylim(0)
    speeds.set_ylabel("recordings trained per second")
    speeds.set_yscale("log")
    for panel in (ratio, speeds):
        panel.set_xlabel("initial firing rate of the hidden layers (%)")
        panel.grid(alpha=0.3)
    ratio.legend()
    speeds.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout(w_pad=2)
    return figure


def accuracy(rows: Sequence[Mapping[str, Any]]) -> plt.Figure:
    """Test accuracy against seconds of training."""
    figure, panel = plt.subplots(figsize=(7, 3.6))
    for row in rows:
        if "skipped" in row:
            continue
        after = row["curve"][1:]
        own = row["library"] == "snnlocality"
        panel.plot(
            [point["seconds"] for point in after],
            [100 * point["accuracy"] for point in after],
            marker="o" if own else ".",
            ms=4,
            ls="--" if row["engine"] in ("reference", "documented") else "-",
            color=_colour(row) if own else SHADES[row["library"]],
            label=_label(row),
        )
    panel.set_xscale("log")
    panel.set_xlabel("seconds of training, a mark after each epoch (evaluation not counted)")
    panel.set_ylabel("test accuracy (%)")
    panel.grid(alpha=0.3)
    panel.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    return figure


def time_to_accuracy(rows: Sequence[Mapping[str, Any]]) -> plt.Figure:
    """Bars of the seconds of training until the test accuracy after an epoch is ``LEVEL``; pale where it never was."""
    trained = [row for row in rows if "curve" in row]
    reached = [_seconds_to(LEVEL, row["curve"]) for row in trained]
    spent = [
        row["curve"][-1]["seconds"] if seconds is None else seconds
        for row, seconds in zip(trained, reached, strict=True)
    ]
    order = sorted(range(len(trained)), key=lambda number: (reached[number] is not None, -spent[number]))
    figure, panel = plt.subplots(figsize=(7, 0.3 * len(order) + 0.7))
    for place, number in enumerate(order):
        never = reached[number] is None
        panel.barh(place, spent[number], color=_colour(trained[number]), alpha=0.4 if never else 1)
        words = f"{'more than ' if never else ''}{spent[number]:.2g} s"
        panel.text(spent[number] + max(spent) / 100, place, words, va="center")
    panel.set_yticks(range(len(order)), [_label(trained[number]) for number in order])
    panel.set_xlim(0, 1.3 * max(spent))
    to = f"{100 * LEVEL:.0f} % test accuracy on the digits"
    panel.set_xlabel(f"seconds of training to {to}\n(two processors; compilation is not counted)")
    figure.tight_layout()
    return figure


def _seconds_to(level: float, curve: Sequence[Mapping[str, float]]) -> float | None:
    """Those after the first epoch that reaches the level; None if none does."""
    return next((point["seconds"] for point in curve if point["accuracy"] >= level), None)


def scaling(rows: Sequence[Mapping[str, Any]]) -> plt.Figure:
    """Time per recording and memory as one quantity varies."""
    present = [name for name in PARAMETERS if any(row["parameter"] == name for row in rows)]
    figure, panels = plt.subplots(
        2, len(present), figsize=(2.6 * len(present), 4.6), sharex="col", sharey="row", squeeze=False
    )
    for column, parameter in enumerate(present):
        time, memory = panels[:, column]
        for architecture, title in ARCHITECTURES.items():
            chosen = [row for row in rows if row["parameter"] == parameter and row["architecture"] == architecture]
            style = {"marker": MARKERS[architecture], "ls": "-" if architecture == "ff" else "--", "color": OWN}
            values = [row["value"] for row in chosen]
            time.plot(values, [row["ms_per_step"] for row in chosen], label=title, **style)
            if all(row["peak_memory_mb"] is not None for row in chosen):
                memory.plot(values, [row["peak_memory_mb"] for row in chosen], **style)
        _logarithmic(time, values)
        memory.set_ylim(0)
        for panel in (time, memory):
            panel.grid(alpha=0.3)
        memory.set_xlabel(PARAMETERS[parameter].replace(" (", "\n("))
    panels[0, 0].set_yscale("log", base=2)
    panels[0, 0].yaxis.set_major_formatter("{x:g}")
    panels[0, 0].set_ylabel("ms per training step")
    panels[1, 0].set_ylabel("peak memory (MB)")
    panels[0, 0].legend()
    figure.tight_layout()
    return figure


# A study, and a figure of it, whose file has the function's name.
DRAWINGS: tuple[tuple[str, Callable[[Sequence[Mapping[str, Any]]], plt.Figure]], ...] = (
    ("table", speed),
    ("firing_rates", firing_rates),
    ("accuracy", accuracy),
    ("accuracy", time_to_accuracy),
    ("scaling", scaling),
)


def _logarithmic(panel: Axes, values: Sequence[float]) -> None:
    panel.set_xscale("log", base=2)
    panel.set_xticks(values, [f"{value:g}" for value in values])
    panel.minorticks_off()


def _compared(row: Mapping[str, Any]) -> bool:
    """Our reference engine appears with BPTT only, and BPTT without reset credit only where a peer computes it."""
    if row["library"] != "snnlocality":
        return True
    return row["rule"] == "bptt" or (row["engine"] == "cpu" and row["rule"] != "bptt_detached_reset")


def _label(row: Mapping[str, Any]) -> str:
    name = LIBRARIES[row["library"]]
    if row["library"] == "snnlocality":
        rule = {"bptt": "BPTT", "eprop": "e-prop", "decolle": "DECOLLE"}[row["rule"]]
        return f"{name}, {row['engine'].replace('cpu', 'CPU')} engine, {rule}"
    return f"{name}, {row['engine']}"


def _colour(row: Mapping[str, Any]) -> str:
    if row["library"] != "snnlocality":
        return PEER
    return OWN if row["engine"] == "cpu" else OTHER


if __name__ == "__main__":
    write(results.read())
