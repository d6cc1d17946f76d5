"""Figure 6 of the tutorial: local errors in a convolutional network, beside BPTT."""

import pandas as pd
from matplotlib.figure import Figure

_RECORDINGS = {"study": "the study's digits, a stand-in for gestures", "gestures": "DVS Gesture, unseen people"}
TITLE = "Three convolutional layers: each learning from its own random readout (DCLL), and BPTT from the last one's"


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """Error in percent of every layer's readout on validation data, mean over seeds."""
    (curves,) = found
    keys = ["recordings", "method", "layer", "epoch", "updates"]
    errors = curves.assign(error=100 * (1 - curves["accuracy"])).groupby(keys, sort=False)["error"]
    return errors.agg(["mean", "min", "max", "count"]).reset_index().rename(columns={"mean": "error", "count": "seeds"})


def draw(table: pd.DataFrame) -> Figure:
    """Errors over updates: the deciding readouts at the left, all layers of DCLL at the right."""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    last = table["layer"].max()
    for number, (method, rows) in enumerate(table[table["layer"] == last].groupby("method", sort=False)):
        left.plot(rows["updates"], rows["error"], marker="o", ms=4, color=f"C{number}", label=method)
        left.fill_between(rows["updates"], rows["min"], rows["max"], color=f"C{number}", alpha=0.2, lw=0)
    for layer, rows in table[table["method"] == "DCLL"].groupby("layer"):
        right.plot(rows["updates"], rows["error"], marker="o", ms=4, color=f"C{layer + 1}", label=f"layer {layer}")
    left.set(xlabel="updates", ylabel="error on validation data (%)", ylim=(0, 100))
    left.set_title(f"readout of the last layer; {_RECORDINGS[table['recordings'].iloc[0]]}", fontsize="small")
    right.set(xlabel="updates")
    right.set_title("DCLL, readout of every layer", fontsize="small")
    for axes in (left, right):
        axes.legend(frameon=False)
    return figure
