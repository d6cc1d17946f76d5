"""Figure 1 of the tutorial: a leaky neuron's input spikes, current, potential and own spikes."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from snnlocality.neurons.lif import dynamics

TITLE = "A leaky integrate-and-fire neuron with four inputs: below the threshold at first, then firing"
_NEURON = dynamics(1.0, {"synapse": 5.0, "membrane": 10.0, "readout": 10.0}, 1.0)  # steps of 1 ms
_WEIGHTS = np.array([0.16, 0.12, 0.09, 0.14])
_QUIET, _BUSY = 0.03, 0.12  # input spikes a step, in the first and the second half
_STEPS = 200


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """A row per step: input spikes x1 ... x4, I, U, s."""
    assert not found
    rates = np.where(np.arange(_STEPS) < _STEPS // 2, _QUIET, _BUSY)
    x = (np.random.default_rng(2).random((_STEPS, len(_WEIGHTS))) < rates[:, None]).astype(int)
    I = U = s = 0.0
    rows = []
    for t, spikes in enumerate(x):
        I = _NEURON.alpha * I + float(spikes @ _WEIGHTS)
        U = _NEURON.beta * U + I - _NEURON.theta * s
        s = float(_NEURON.theta < U)
        rows.append({"step": t, **{f"x{n}": value for n, value in enumerate(spikes, 1)}, "I": I, "U": U, "s": int(s)})
    return pd.DataFrame(rows)


def draw(table: pd.DataFrame) -> Figure:
    """Four rows: raster of the inputs, current, potential with threshold, spikes."""
    figure = Figure(figsize=(8, 5.5), layout="constrained")
    raster, current, potential, output = figure.subplots(4, 1, sharex=True, height_ratios=[1.2, 1, 1.5, 0.4])
    inputs = [column for column in table if column.startswith("x")]
    raster.eventplot(
        [table.loc[table[name] > 0, "step"] for name in inputs], lineoffsets=range(len(inputs)), colors="0.2"
    )
    raster.set(yticks=range(len(inputs)), yticklabels=inputs, ylabel="inputs")
    current.plot(table["step"], table["I"])
    current.set(ylabel="current I")
    potential.plot(table["step"], table["U"], color="C2")
    potential.axhline(_NEURON.theta, ls="--", color="0.4", lw=1)
    potential.text(0, _NEURON.theta, "threshold", va="bottom", fontsize="small", color="0.3")
    potential.set(ylabel="potential U")
    output.eventplot([table.loc[table["s"] > 0, "step"]], colors="C3")
    output.set(yticks=[], ylabel="spikes", xlabel="step")
    return figure
