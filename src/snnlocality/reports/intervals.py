"""Means with confidence intervals over seeds."""

from typing import Any, NamedTuple

import numpy as np
from scipy import stats


class Interval(NamedTuple):
    """A mean with its 95 % interval; the bounds are NaN for a single value."""

    mean: float
    low: float
    high: float
    n: int

    def columns(self) -> dict[str, float]:
        """As the columns of a table: mean, ci_low, ci_high, n."""
        return {"mean": self.mean, "ci_low": self.low, "ci_high": self.high, "n": self.n}


def plus_minus(row: Any) -> str:
    """Half of a row's interval (``columns``), to stand behind its mean; nothing for a single value."""
    return "" if np.isnan(row.ci_low) else f" ± {(row.ci_high - row.ci_low) / 2:.1f}"


def mean_interval(values: np.ndarray) -> Interval:
    """Mean of independent values, (n,), with Student's 95 % interval; all NaN without values.

    It covers what differs between seeds (initial weights, order), not which samples happened to be test data.
    """
    n = len(values)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    mean = float(np.mean(values))
    if n == 1:
        return Interval(mean, float("nan"), float("nan"), 1)
    half = float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)
