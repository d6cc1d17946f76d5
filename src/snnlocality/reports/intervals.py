"""Means with confidence intervals over seeds."""

import math
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
    """How far a row's interval (``columns``) reaches, to stand behind its mean; nothing for a single value."""
    return "" if np.isnan(row.ci_low) else f" ± {max(row.ci_high - row.mean, row.mean - row.ci_low):.1f}"


def mean_interval(values: np.ndarray, least: float = -math.inf, most: float = math.inf) -> Interval:
    """Mean of independent values, (n,), with Student's 95 % interval; all NaN without values.

    It is cut where the mean cannot be (``least``, ``most``: 0 and 100 of percentages), by which it covers no less. It
    covers what differs between seeds (initial weights, order), not which samples happened to be test data.
    """
    n = len(values)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    mean = float(np.mean(values))
    if n == 1:
        return Interval(mean, float("nan"), float("nan"), 1)
    half = float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Interval(mean, max(mean - half, least), min(mean + half, most), n)
