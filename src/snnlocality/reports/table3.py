"""Table 3: test accuracy under FGSM through the ReLU counterpart, beside the controls that tell what it means."""

import numpy as np
import pandas as pd

from snnlocality.attacks import fgsm as attacks
from snnlocality.reports import tables
from snnlocality.reports.gathering import FF, REC, beside, gathered, notice_notes, percentages, published, source_column
from snnlocality.reports.intervals import mean_interval, plus_minus
from snnlocality.study.step import Job

PRIMARY = "counterpart"  # the paper's
WHITE_BOX = "white_box_mean"
_KEYS = ["attack", "method", "arch", "epsilon"]


def render(job: Job) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    runs = gathered(job.files("accuracies"), settings)
    table = summarise(runs, beside(published(job.static_inputs["table3"], settings.methods), settings))
    table = table.assign(study=settings.study, source=source_column(table, settings))
    notes = [*notes_of(runs), *notice_notes(job), *masking(runs)]
    title = f"Table 3. Accuracy under attack in percent, study '{settings.study}'"
    tables.write(job, table, title, layout(table), notes)


def summarise(runs: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """One row per attack, method, architecture and epsilon: mean and 95 % interval over seeds, in percent.

    ``runs``: columns attack, method, arch, epsilon, fold, seed, accuracy. The published numbers stand beside
    the paper's attack alone.
    """
    published = published.assign(attack=PRIMARY).rename(columns={"value_percent": "published"})
    table = percentages(runs, _KEYS, "accuracy").merge(published[[*_KEYS, "published"]], on=_KEYS, how="left")
    order = list(attacks.load_all())
    return table.sort_values("attack", key=lambda names: names.map(order.index), kind="stable", ignore_index=True)


def recurrent_advantage(runs: pd.DataFrame, attack: str) -> pd.DataFrame:
    """REC minus FF in points by method and epsilon, paired by seed: columns method, epsilon, and an interval's."""
    chosen = runs[(runs["attack"] == attack) & runs["arch"].isin([FF, REC])]
    by_seed = chosen.pivot_table(index=["method", "epsilon", "seed"], columns="arch", values="accuracy", sort=False)
    if not {FF, REC} <= set(by_seed):
        return pd.DataFrame(columns=["method", "epsilon", "mean", "ci_low", "ci_high", "n"])
    difference = 100 * (by_seed[REC] - by_seed[FF]).dropna()
    rows = [
        {"method": method, "epsilon": epsilon, **mean_interval(cell.to_numpy()).columns()}
        for (method, epsilon), cell in difference.groupby(level=["method", "epsilon"], sort=False)
    ]
    return pd.DataFrame(rows)


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The paper's layout, attack by attack: a row per method and architecture, a column per epsilon."""
    text = table.assign(
        row=table["method"] + " " + table["arch"] + ", " + table["attack"].map(lambda name: attacks.load(name).label),
        column=table["epsilon"].map("eps {:g}".format),
        cell=[tables.Cell(f"{row.mean:.1f}{plus_minus(row)}", row) for row in table.itertuples()],
    )
    return tables.wide(text)


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The tables on the page that holds everything: the paper's attack, its controls folded."""
    return [
        tables.Shown(attacks.load(attack).label, layout(rows), folded=attack != PRIMARY)
        for attack, rows in table.groupby("attack", sort=False)
    ]


def notes_of(runs: pd.DataFrame) -> list[str]:
    """What a reader must know beside the numbers."""
    seeds = tables.over_seeds(runs.groupby(["method", "arch"])["seed"].nunique())
    return [
        f"{seeds}. Epsilon is added to every input at every step; at 0 the models and their accuracies are those of "
        "Table 2.",
        "The paper attacks through a ReLU counterpart that it does not define; published numbers stand beside that row "
        "alone. All other rows are controls.",
        "White box: the true gradient of the loss through the spiking network, by BPTT whatever rule trained it. "
        "A network that withstands the counterpart but not the white box is not robust: the counterpart misses it.",
    ]


def masking(runs: pd.DataFrame) -> list[str]:
    """Per method, where REC and FF differ most under the counterpart, and what is left of it under the white box."""
    apparent, true = recurrent_advantage(runs, PRIMARY), recurrent_advantage(runs, WHITE_BOX)
    lines = []
    for method, rows in apparent[apparent["epsilon"] > 0].groupby("method", sort=False):
        widest = rows.loc[rows["mean"].abs().idxmax()]
        same = true[(true["method"] == method) & (true["epsilon"] == widest["epsilon"])].iloc[0]
        lines.append(
            f"{method}, REC minus FF at epsilon {widest['epsilon']:g}, where they differ most: "
            f"{_points(widest)} under the counterpart, {_points(same)} under the white box."
        )
    return lines


def _points(row: pd.Series) -> str:
    interval = "" if np.isnan(row["ci_low"]) else f" [{row['ci_low']:+.1f}, {row['ci_high']:+.1f}]"
    return f"{row['mean']:+.1f} points{interval}"
