"""The numbers that claims are tested on, published or ours, under the same names."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd


class MissingError(LookupError):
    """These numbers do not exist: the study has no such cell, or the paper printed none."""


@dataclass(frozen=True)
class Evidence:
    """Tidy tables with a column ``repeat`` for what is repeated: the seed, for poisoned runs the pair of classes.

    Accuracies and attack success rates are in percent. An empty table means that there are no such numbers. A value may
    be an array, a number for each recording of the test part, whose mean is the value.
    """

    accuracy: pd.DataFrame  # dataset, method, arch
    attacked: pd.DataFrame  # attack, method, arch, epsilon
    poisoned: pd.DataFrame  # trigger, method, arch, poison_rate, metric
    similarity: pd.DataFrame  # arch, a, b, layer: CKA of spikes
    shift: pd.DataFrame  # attack, method, arch, epsilon, layer: CKA of spikes
    fisher: pd.DataFrame  # method, arch, weights, measure ("share" or "trace"): by the rule's own gradient
    tutorial: pd.DataFrame  # quantity, method, arch, layer: of the tutorial's experiments, and angles of feedback

    def values(self, table: str, **cell: object) -> np.ndarray:
        """Of one cell, in order of their repeats: (n,) or (n, recordings). Raises MissingError if there are none."""
        rows = getattr(self, table)
        if not rows.empty:
            chosen = np.logical_and.reduce([(rows[column] == value).to_numpy() for column, value in cell.items()])
            rows = rows[chosen]
        if rows.empty:
            raise MissingError(f"no {table} of {', '.join(map(str, cell.values()))}")
        return np.stack(rows.sort_values("repeat")["value"].to_list()).astype(np.float64)

    def choices(self, table: str, column: str) -> list:
        """What occurs in a column, in order. Raises MissingError for an empty table."""
        rows = getattr(self, table)
        if rows.empty:
            raise MissingError(f"no {table}")
        return list(dict.fromkeys(rows[column]))

    def first(self, n: float) -> "Evidence":
        """Of the first n seeds or pairs of every cell alone."""

        def of_cells(rows: pd.DataFrame) -> pd.DataFrame:
            cell = [column for column in rows if column not in ("repeat", "value")]
            return rows[rows.groupby(cell, dropna=False)["repeat"].rank(method="dense") <= n]

        return Evidence(*(rows if rows.empty else of_cells(rows) for rows in self._tables()))

    def _tables(self) -> list[pd.DataFrame]:
        return [getattr(self, field.name) for field in fields(self)]


_EMPTY = pd.DataFrame()
_TUTORIAL = ["quantity", "method", "arch", "layer", "repeat", "value"]
_END = 0.1  # of a training, over which its loss is averaged


def published(table2: pd.DataFrame, table3: pd.DataFrame, table4: pd.DataFrame, attack: str, trigger: str) -> Evidence:
    """The paper's tables; they stand for the paper's attack, and for the trigger that claims ask."""

    def single(table: pd.DataFrame) -> pd.DataFrame:
        return table.rename(columns={"value_percent": "value"}).assign(repeat=0)

    metric = table4["metric"].map({"asr": "attack_success_rate", "accuracy": "accuracy"})
    poisoned = single(table4.assign(metric=metric, trigger=trigger))
    return Evidence(single(table2), single(table3.assign(attack=attack)), poisoned, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


def of_runs(
    runs: pd.DataFrame,
    decided: pd.DataFrame,
    attacked: pd.DataFrame,
    poisoned: pd.DataFrame,
    similarity: pd.DataFrame,
    shift: pd.DataFrame,
    fisher: pd.DataFrame,
    tutorial: pd.DataFrame,
) -> Evidence:
    """Our runs, as the reports gather them; folds of a seed are averaged, recordings of all folds stand side by side.

    ``decided`` and ``attacked`` have an array for each run in ``right`` (``runs.outcomes``). ``fisher`` has the columns
    of ``reports.figure4.shares`` for the chosen models and whole recordings; ``tutorial`` is what ``of_experiments``
    makes.
    """

    def mean(table: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
        means = table.groupby([*keys, "seed"], sort=False)[value].mean()
        return means.rename("value").reset_index().rename(columns={"seed": "repeat"})

    def percent(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        cells = table.sort_values("fold", kind="stable").groupby([*keys, "seed"], sort=False)["right"]
        rows = [(*key, 100 * np.concatenate(right.to_list())) for key, right in cells]
        return pd.DataFrame(rows, columns=[*keys, "repeat", "value"])

    poison_keys = ["trigger", "method", "arch", "poison_rate"]
    metrics = ["accuracy", "attack_success_rate"]
    by_metric = poisoned.melt([*poison_keys, "pair"], metrics, var_name="metric").rename(columns={"pair": "repeat"})
    both_ways = pd.concat([similarity, similarity.rename(columns={"a": "b", "b": "a"})], ignore_index=True)
    spikes = both_ways[both_ways["kind"] == "spikes"]
    own = fisher[fisher["gradient"] == "own"]
    measures = [mean(own, ["method", "arch", "weights"], name).assign(measure=name) for name in ("share", "trace")]
    return Evidence(
        percent(decided, ["dataset", "method", "arch"]),
        percent(attacked, ["attack", "method", "arch", "epsilon"]),
        by_metric,
        mean(spikes, ["arch", "a", "b", "layer"], "cka"),
        mean(shift[shift["kind"] == "spikes"], ["attack", "method", "arch", "epsilon", "layer"], "cka"),
        pd.concat(measures, ignore_index=True),
        pd.concat([tutorial, _alignments(runs)], ignore_index=True),
    )


def of_experiments(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What claims ask of those of the tutorial's experiments that the study has; accuracies in percent."""
    parts = [_ASKED[name](table) for name, table in found.items()]
    table = pd.concat(parts, ignore_index=True).rename(columns={"seed": "repeat"})
    return table.reindex(columns=_TUTORIAL)


def _flat(landscape: pd.DataFrame) -> pd.DataFrame:
    flat = (landscape["true_norm"] == 0).groupby(landscape["seed"]).mean()
    return flat.rename("value").reset_index().assign(quantity="zero gradient")


def _local(convolution: pd.DataFrame) -> pd.DataFrame:
    curves = convolution[convolution["epoch"] == convolution["epoch"].max()]
    return curves.assign(quantity="local accuracy", value=100 * curves["accuracy"])


def _late(superspike: pd.DataFrame) -> pd.DataFrame:
    losses = superspike[superspike["quantity"] == "loss"]
    late = losses[losses["x"] > (1 - _END) * losses["x"].max()]
    means = late.groupby(["feedback", "seed"], sort=False)["value"].mean().reset_index()
    return means.rename(columns={"feedback": "method"}).assign(quantity="final loss")


def _distances(exactness: pd.DataFrame) -> pd.DataFrame:
    largest = exactness.groupby(["method", "seed"], sort=False)["distance"].max()
    return largest.rename("value").reset_index().assign(quantity="distance to BPTT")


def _of_shapes(surrogates: pd.DataFrame) -> pd.DataFrame:
    return surrogates.assign(
        quantity="accuracy at " + surrogates["normalisation"],
        method=surrogates["surrogate"],
        value=100 * surrogates["accuracy"],
    )


_ASKED = {
    "landscape": _flat,
    "convolution": _local,
    "superspike": _late,
    "exactness": _distances,
    "surrogates": _of_shapes,
}


def _alignments(runs: pd.DataFrame) -> pd.DataFrame:
    """Angles between feedback and forward weights in the end of vision runs, where a rule has such feedback."""
    columns = [column for column in runs if column.startswith("alignment_")]
    if not columns or runs.empty:
        return pd.DataFrame(columns=_TUTORIAL)
    long = runs[runs["dataset"] == runs["dataset"].iloc[0]].melt(["method", "arch", "seed"], columns, var_name="layer")
    layers = long["layer"].str.removeprefix("alignment_").astype(int)
    return long.assign(quantity="alignment", layer=layers).dropna().rename(columns={"seed": "repeat"})[_TUTORIAL]
