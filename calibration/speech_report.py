"""What the calibrated synthesiser and the TIMIT sample have in common: table, figure and text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from calibration.frame_classifier import cross_validated_accuracy, frames_by_speaker
from calibration.spectra import Spectra, band_centres, spectra
from snnlocality.data.speech.phone_symbols import PHONES_61
from snnlocality.data.speech.phonotactics import CLASS_OF, PHONE_CLASSES
from snnlocality.data.speech.synthesiser import VARIABILITY
from snnlocality.data.speech.utterances import UtteranceSet
from snnlocality.storage import atomic_path, write_text

CONTEXT = 5  # frames to either side
HIDDEN = 128  # units of the classifier that was not fitted to
CLASSIFIERS = {
    "logistic regression, single frames": (0, 0),
    "logistic regression, 11 frames": (CONTEXT, 0),
    "logistic regression, 21 frames": (2 * CONTEXT, 0),
    "one hidden layer, single frames": (0, HIDDEN),
    "one hidden layer, 11 frames": (CONTEXT, HIDDEN),
}
"""Context and hidden units of each classifier; only the first two were fitted to."""
FITTED_CLASSIFIERS = tuple(CLASSIFIERS)[:2]


_TEMPLATE = Path(__file__).with_suffix(".md")  # the page


def compare(real: UtteranceSet, synthetic: Sequence[UtteranceSet]) -> pd.DataFrame:
    """Tidy comparison: quantity, item, unit, real, synthetic, fitted.

    ``synthetic`` are several sets as large as ``real``, made with other seeds than the fit; their mean is
    given, and for accuracies ``spread``, the standard deviation between the sets.
    """
    rows = [*_duration_rows(real, synthetic), *_level_rows(real, synthetic), *_accuracy_rows(real, synthetic)]
    return pd.DataFrame(rows)


def write_report(table: pd.DataFrame, search: pd.DataFrame, shape: dict[str, Any], folder: str | Path) -> None:
    """Write speech.csv, speech.svg and speech.md; ``shape`` holds the sizes named in the text."""
    folder = Path(folder)
    with atomic_path(folder / "speech.csv") as temporary:
        table.to_csv(temporary, index=False, float_format="%.4f")
    with atomic_path(folder / "speech-search.csv") as temporary:
        search.to_csv(temporary, index=False, float_format="%.4f")
    with atomic_path(folder / "speech.svg") as temporary, mpl.rc_context({"svg.hashsalt": "speech"}):
        _figure(table).savefig(temporary, format="svg", metadata={"Date": None})
    write_text(folder / "speech.md", _text(table, search, shape))


def _row(quantity: str, item: str, unit: str, real: float, synthetic: float, fitted: bool) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "item": item,
        "unit": unit,
        "real": float(real),
        "synthetic": float(synthetic),
        "fitted": fitted,
    }


def _durations(source: UtteranceSet) -> dict[str, list[float]]:
    durations: dict[str, list[float]] = {phone: [] for phone in PHONES_61}
    for index in range(len(source.names)):
        utterance = source.utterance(index)
        for segment in utterance.segments:
            durations[segment.phone].append(1000.0 * (segment.end - segment.start) / utterance.rate)
    return durations


def _duration_rows(real: UtteranceSet, synthetic: Sequence[UtteranceSet]) -> list[dict[str, Any]]:
    ours = _durations(real)
    theirs = [_durations(source) for source in synthetic]
    rows = []
    for phone in PHONES_61:
        pooled = [value for durations in theirs for value in durations[phone]]
        if ours[phone] and pooled:
            rows.append(_row("duration mean", phone, "ms", np.mean(ours[phone]), np.mean(pooled), True))
        if len(ours[phone]) > 1 and len(pooled) > 1:
            rows.append(_row("duration deviation", phone, "ms", np.std(ours[phone]), np.std(pooled), True))
    totals = [sum(map(sum, durations.values())) for durations in theirs]
    rows += [
        _row("share of time", phone, "1", sum(ours[phone]) / sum(map(sum, ours.values())), share, True)
        for phone in PHONES_61
        for share in (np.mean([sum(d[phone]) / total for d, total in zip(theirs, totals, strict=True)]),)
    ]
    return rows


def _level_rows(real: UtteranceSet, synthetic: Sequence[UtteranceSet]) -> list[dict[str, Any]]:
    ours, theirs = spectra(real), [spectra(source) for source in synthetic]

    def mean(field: str) -> np.ndarray:
        return np.nanmean([getattr(one, field) for one in theirs], axis=0)

    rows = []
    for name, field in (("level", "level"), ("level deviation", "spread")):
        rows += [
            _row(name, phone, "dB", left, right, True)
            for phone, left, right in zip(PHONES_61, getattr(ours, field), mean(field), strict=True)
            if np.isfinite(left) and np.isfinite(right)
        ]
    for name, field in (("speech spectrum", "speech"), ("silence spectrum", "silence")):
        rows += [
            _row(name, f"{frequency:.0f} Hz", "dB", left, right, True)
            for frequency, left, right in zip(band_centres(), getattr(ours, field), mean(field), strict=True)
        ]
    rows += [
        _row("spectrum " + name, f"{frequency:.0f} Hz", "dB", left, right, False)
        for name in PHONE_CLASSES
        for frequency, left, right in zip(
            band_centres(),
            _class_spectrum(ours, name),
            np.mean([_class_spectrum(one, name) for one in theirs], axis=0),
            strict=True,
        )
    ]
    return rows


def _class_spectrum(measured: Spectra, name: str) -> np.ndarray:
    """Unweighted mean over the phones of a class, (26,)."""
    return np.nanmean([measured.mean[PHONES_61.index(phone)] for phone in PHONE_CLASSES[name]], axis=0)


def _accuracy_rows(real: UtteranceSet, synthetic: Sequence[UtteranceSet]) -> list[dict[str, Any]]:
    ours, theirs = frames_by_speaker(real), [frames_by_speaker(source) for source in synthetic]
    rows = []
    for name, (context, hidden) in CLASSIFIERS.items():
        folds = cross_validated_accuracy(ours, context, hidden=hidden)
        made = [cross_validated_accuracy(frames, context, hidden=hidden).mean() for frames in theirs]
        row = _row("accuracy", name, "1", folds.mean(), np.mean(made), name in FITTED_CLASSIFIERS)
        rows.append(row | {"spread": float(np.std(made)), "real spread over folds": float(folds.std())})
    return rows


def _figure(table: pd.DataFrame) -> Figure:
    with sns.axes_style("whitegrid"), sns.plotting_context("paper"):
        figure = Figure(figsize=(11, 13), layout="constrained")
        upper, lower = figure.subfigures(2, 1, height_ratios=[5, 7])
        (durations, levels), (spectrum, accuracy) = upper.subplots(2, 2)
        _scatter(table, "duration mean", "duration (ms)", durations)
        durations.set(xscale="log", yscale="log", title="mean duration of each phone")
        _scatter(table, "level", "level (dB)", levels)
        levels.set_title("level of each phone about the speaker's mean")
        _lines(table, {"speech": "speech spectrum", "silence (h#)": "silence spectrum"}, spectrum)
        _bars(table, accuracy)
        panels = lower.subplots(4, 3, sharex=True, sharey=True).ravel()
        names = [name for name in PHONE_CLASSES if name != "edge"]
        for name, panel in zip(names, panels, strict=True):
            _lines(table, {name: "spectrum " + name}, panel, legend=name == names[0])
            panel.set_title(name)
    return figure


def _scatter(table: pd.DataFrame, quantity: str, label: str, axes: Any) -> None:
    rows = table[table.quantity == quantity].assign(kind=lambda frame: frame["item"].map(CLASS_OF))
    limits = [rows[["real", "synthetic"]].min().min(), rows[["real", "synthetic"]].max().max()]
    axes.plot(limits, limits, color="grey", linewidth=0.8)
    sns.scatterplot(rows, x="real", y="synthetic", hue="kind", palette="tab20", legend=False, ax=axes)
    for _, row in rows.iterrows():
        axes.annotate(
            row["item"],
            (row["real"], row["synthetic"]),
            fontsize=5,
            xytext=(2, 2),
            textcoords="offset points",
        )
    axes.set(xlabel=f"real {label}", ylabel=f"synthetic {label}")


def _lines(table: pd.DataFrame, quantities: dict[str, str], axes: Any, legend: bool = True) -> None:
    rows = table[table.quantity.isin(quantities.values())]
    names = {quantity: name for name, quantity in quantities.items()}
    tidy = rows.melt(["quantity", "item"], ["real", "synthetic"], "from", "dB")
    tidy = tidy.assign(
        kHz=tidy["item"].str.removesuffix(" Hz").astype(float) / 1000,
        sound=tidy["quantity"].map(names),
    )
    sns.lineplot(tidy, x="kHz", y="dB", hue="from", style="sound", legend=legend, ax=axes)
    if legend:
        axes.legend(loc="upper right", title=None, fontsize="x-small", ncols=2)
    axes.set(xlabel="frequency (kHz)", ylabel="mel power (dB)")


def _bars(table: pd.DataFrame, axes: Any) -> None:
    rows = table[table.quantity == "accuracy"]
    tidy = rows.melt(["item"], ["real", "synthetic"], "from", "accuracy")
    sns.barplot(tidy, y="item", x="accuracy", hue="from", ax=axes)
    places = np.arange(len(rows))
    # seaborn puts the two bars of a group at -0.2 and +0.2.
    axes.errorbar(rows["real"], places - 0.2, xerr=rows["real spread over folds"], fmt="none", ecolor="black")
    axes.errorbar(rows["synthetic"], places + 0.2, xerr=rows["spread"], fmt="none", ecolor="black")
    axes.set(xlabel="frame accuracy, 61 classes", ylabel="")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, title=None)


def _text(table: pd.DataFrame, search: pd.DataFrame, shape: dict[str, Any]) -> str:
    accuracies = "\n".join(
        f"| {row['item']} | {row['real']:.1%} | {row['synthetic']:.1%} "
        f"| {100 * (row['synthetic'] - row['real']):+.1f} "
        f"| ± {100 * row['real spread over folds']:.1f} | ± {100 * row['spread']:.1f} |"
        for _, row in table[table.quantity == "accuracy"].iterrows()
    )
    statistics = "\n".join(_summary(table, quantity) for quantity in table.quantity.unique() if quantity != "accuracy")
    variability = "\n".join(
        f"| {name} | {shape['variability'][name]:g} | {meaning} |" for name, meaning in VARIABILITY.items()
    )
    sizes = {name: value for name, value in shape.items() if name != "variability"}
    return _TEMPLATE.read_text(encoding="utf-8").format(
        accuracies=accuracies,
        variability=variability,
        statistics=statistics,
        context=CONTEXT,
        candidates=len(search),
        milliseconds=round(1000 * shape["boundary"]),
        **sizes,
    )


def _summary(table: pd.DataFrame, quantity: str) -> str:
    rows = table[table.quantity == quantity]
    difference = rows["synthetic"] - rows["real"]
    digits = 4 if rows["unit"].iloc[0] == "1" else 1
    return (
        f"| {quantity} | {rows['unit'].iloc[0]} | {len(rows)} | {difference.mean():+.{digits}f} "
        f"| {np.sqrt((difference**2).mean()):.{digits}f} | {rows['real'].corr(rows['synthetic']):.3f} "
        f"| {'yes' if rows['fitted'].all() else 'no'} |"
    )
