"""What the calibrated camera and the real one have in common: table, figure and text."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from calibration.camera_fit import SEARCHED, Pairs, simulate
from calibration.camera_motion import measure_motion
from calibration.recording_statistics import (
    INTERVAL_BINS,
    INTERVAL_MS,
    PROFILE_BINS,
    PROFILE_MS,
    image_correlation,
    saccade_images,
    statistics,
)
from snnlocality.data.vision.camera import CameraParameters
from snnlocality.data.vision.recordings import Recording
from snnlocality.storage import atomic_path, write_text

# Seeds of the recordings that are compared; the fit uses 1 to 5.
_SEED, _SECOND_SEED = 17, 18
# log(0.2 + I), as for a bright digit on a dark screen, is log(1 + 5 I) but for a constant.
_BRIGHT = -5.0
_SHOWN_CLASS = 3

_TEMPLATE = Path(__file__).with_suffix(".md")  # the page


def compare(parameters: CameraParameters, real: Pairs) -> tuple[pd.DataFrame, list[Recording]]:
    """Tidy comparison (quantity, item, unit, real, simulated) and the simulated recordings it is made
    with."""
    simulated = simulate(real.images, parameters, _SEED)
    again = simulate(real.images, parameters, _SECOND_SEED)
    wanted, found = statistics(real.recordings, real.labels), statistics(simulated, real.labels)
    rows: list[tuple[str, object, str, float, float]] = [
        ("events, mean", "", "events", wanted.events.mean(), found.events.mean()),
        ("events, standard deviation", "", "events", wanted.events.std(), found.events.std()),
        ("ON share", "", "1", wanted.on_share, found.on_share),
        ("duration", "", "ms", wanted.duration_ms, found.duration_ms),
        ("events after 300 ms", "", "1", wanted.tail_share, found.tail_share),
        ("recordings with events after 300 ms", "", "1", wanted.tail_files, found.tail_files),
        ("1 ms bins of a unit with one event", "", "1", wanted.single_1ms, found.single_1ms),
        ("10 ms bins of a unit with one event", "", "1", wanted.single_10ms, found.single_10ms),
        ("correlation of events per recording", "", "1", 1.0, np.corrcoef(wanted.events, found.events)[0, 1]),
    ]
    for saccade in range(3):
        rows.append(("peak of saccade", saccade + 1, "ms", wanted.peaks_ms[saccade], found.peaks_ms[saccade]))
    for digit in range(10):
        rows.append(("events of class", digit, "events", wanted.class_events[digit], found.class_events[digit]))
    between = image_correlation(real.recordings, simulated)
    within = image_correlation(simulated, again)
    for saccade in range(3):
        rows.append(("correlation of event images, real", saccade + 1, "1", 1.0, between[saccade]))
        rows.append(("correlation of event images, simulated again", saccade + 1, "1", 1.0, within[saccade]))
    for name, contrast in (("dark", None), ("bright", _BRIGHT)):
        shares = [_explained(recordings, real.images, contrast) for recordings in (real.recordings, simulated)]
        rows.append(("share of signed event maps explained", name, "1", *shares))
    for polarity, name in enumerate(("OFF", "ON")):
        for step in range(PROFILE_BINS):
            values = wanted.profile[polarity, step], found.profile[polarity, step]
            rows.append((f"{name} events by time", step * PROFILE_MS, "events / 5 ms", *values))
    for kind in ("same", "opposite"):
        pair = [getattr(of, f"{kind}_intervals") for of in (wanted, found)]
        for step in range(INTERVAL_BINS):
            values = pair[0][step], pair[1][step]
            rows.append((f"intervals, {kind} polarity", step * INTERVAL_MS, "intervals / 0.5 ms", *values))
    columns = ["quantity", "item", "unit", "real", "simulated"]
    return pd.DataFrame(rows, columns=columns), simulated


def write_report(
    table: pd.DataFrame,
    simulated: Sequence[Recording],
    parameters: CameraParameters,
    real: Pairs,
    folder: str | Path,
) -> None:
    """Write camera.csv, camera.svg and camera.md."""
    folder = Path(folder)
    with atomic_path(folder / "camera.csv") as temporary:
        table.to_csv(temporary, index=False, float_format="%.5g")
    # The salt makes the names inside the file, and so the file, the same each time.
    with atomic_path(folder / "camera.svg") as temporary, mpl.rc_context({"svg.hashsalt": "camera"}):
        figure(table, simulated, real).savefig(temporary, format="svg", metadata={"Date": None})
    write_text(folder / "camera.md", _text(table, parameters, len(real.labels)))


def figure(table: pd.DataFrame, simulated: Sequence[Recording], real: Pairs) -> Figure:
    """Time profile, events per class, intervals, and the event images of one digit, real and simulated."""
    with sns.axes_style("whitegrid"):
        page = Figure(figsize=(11, 7.5), layout="constrained")
        upper, lower = page.subfigures(2, 1, height_ratios=(1, 1.15))
        time_axes, class_axes, interval_axes = upper.subplots(1, 3, width_ratios=(1.6, 1, 1))
    long = table.melt(["quantity", "item", "unit"], ["real", "simulated"], var_name="camera", value_name="value")

    def chosen(*quantities: str) -> pd.DataFrame:
        rows = long[long.quantity.isin(quantities)]
        return rows.assign(item=rows.item.astype(float))

    profile = chosen("OFF events by time", "ON events by time")
    profile = profile.assign(polarity=profile.quantity.str.split().str[0])
    sns.lineplot(profile, x="item", y="value", hue="polarity", style="camera", ax=time_axes)
    time_axes.set(xlabel="time (ms)", ylabel="events / 5 ms", title="Events over time")
    classes = chosen("events of class").assign(item=lambda rows: rows.item.astype(int))
    sns.barplot(classes, x="item", y="value", hue="camera", palette="muted", ax=class_axes)
    class_axes.set(xlabel="digit", ylabel="events / recording", title="Events per class")
    intervals = chosen("intervals, same polarity", "intervals, opposite polarity")
    intervals = intervals.assign(polarities=intervals.quantity.str.split().str[1])
    sns.lineplot(intervals, x="item", y="value", hue="polarities", style="camera", ax=interval_axes)
    interval_axes.set(xlabel="interval (ms)", ylabel="intervals / 0.5 ms", title="Intervals within a pixel")
    for axes in (time_axes, class_axes, interval_axes):
        axes.set_ylim(top=1.35 * axes.get_ylim()[1])  # room for the legend
        axes.legend(fontsize="small", ncols=2)

    sample = int(np.argmax(real.labels == _SHOWN_CLASS))
    rows = {"real": real.recordings[sample], "simulated": simulated[sample]}
    images = {name: saccade_images(recording) for name, recording in rows.items()}
    limit = max(float(np.abs(image[:, 1] - image[:, 0]).max()) for image in images.values())
    grid = lower.subplots(2, 3)
    for row, (name, image) in enumerate(images.items()):
        for saccade in range(3):
            axes = grid[row, saccade]
            shown = axes.imshow(image[saccade, 1] - image[saccade, 0], cmap="vlag", vmin=-limit, vmax=limit)
            axes.set(xticks=[], yticks=[], title=f"{name}, saccade {saccade + 1}")
            axes.grid(False)
    lower.colorbar(shown, ax=grid, label="ON minus OFF events", shrink=0.8)
    return page


def _explained(recordings: Sequence[Recording], images: np.ndarray, contrast: float | None) -> float:
    """Mean share of the signed maps that the common motion explains, over the bins in which the camera
    moves."""
    options = {} if contrast is None else {"contrast": contrast}
    reference = measure_motion(recordings, images)
    moving = reference.explained > 0.3 * reference.explained.max()
    return float(measure_motion(recordings, images, **options).explained[moving].mean())


def _text(table: pd.DataFrame, parameters: CameraParameters, recordings: int) -> str:
    def values(quantity: str, column: str = "simulated") -> np.ndarray:
        return table.loc[table.quantity == quantity, column].to_numpy()

    listed = table[~table.quantity.str.contains("by time|intervals|correlation|explained", regex=True)]
    rows = [
        f"| {row.quantity} {row.item} | {row.unit} | {row.real:.4g} | {row.simulated:.4g} |".replace("  |", " |")
        for row in listed.itertuples()
    ]
    classes = values("events of class") / values("events of class", "real") - 1
    explained = table[table.quantity == "share of signed event maps explained"].set_index("item").real
    names = [name for name, value in vars(parameters).items() if not isinstance(value, tuple) and name != "sensor_seed"]
    return _TEMPLATE.read_text(encoding="utf-8").format(
        recordings=recordings,
        rows="\n".join(rows),
        worst_class=100 * np.abs(classes).max(),
        count_correlation=values("correlation of events per recording")[0],
        real_simulated=_listed(values("correlation of event images, real")),
        simulated_simulated=_listed(values("correlation of event images, simulated again")),
        dark=100 * explained["dark"],
        bright=100 * explained["bright"],
        searched=", ".join(SEARCHED),
        parameters="\n".join(f"| {name} | {getattr(parameters, name):.4g} |" for name in names),
    )


def _listed(values: np.ndarray) -> str:
    return " / ".join(f"{value:.3f}" for value in values)
