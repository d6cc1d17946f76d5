"""Figure 4 of the tutorial: the loss along a line in weight space, its true gradient and the surrogate one."""

import pandas as pd
from matplotlib.figure import Figure

TITLE = "From the start of training to its end: loss, true gradient (finite differences) and surrogate gradient"


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """As the experiment found it."""
    (line,) = found
    return line


def draw(table: pd.DataFrame) -> Figure:
    """A column per seed: loss above; norms of both gradients below, on an axis that shows zero and peaks."""
    seeds = list(dict.fromkeys(table["seed"]))
    figure = Figure(figsize=(1.5 + 3.4 * len(seeds), 5.2), layout="constrained")
    panels = figure.subplots(2, len(seeds), sharex=True, sharey="row", squeeze=False)
    for column, (seed, line) in enumerate(table.groupby("seed", sort=False)):
        loss, norm = panels[:, column]
        loss.plot(line["way"], line["loss"], drawstyle="steps-mid", color="0.2")
        loss.set_title(f"seed {seed}, {100 * line['accuracy'].iloc[0]:.0f} % right in the end", fontsize="small")
        norm.plot(line["way"], line["true_norm"], color="C3", label="true", lw=1)
        norm.plot(line["way"], line["surrogate_norm"], color="C0", label="surrogate")
        norm.set_yscale("symlog", linthresh=1e-3)
        norm.set(xlabel="way (0 start, 1 end)", ylim=(-3e-4, None))
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("norm of the gradient")
    panels[1, -1].legend(frameon=False, loc="upper right")
    return figure
