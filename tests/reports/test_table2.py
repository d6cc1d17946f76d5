"""Table 2 from hand-made runs."""

import numpy as np
import pandas as pd
import pytest

from snnlocality.reports.intervals import mean_interval
from snnlocality.reports.table2 import summarise
from snnlocality.reports.tables import html, markdown, over_seeds

PUBLISHED = pd.DataFrame(
    {
        "dataset": ["N-MNIST"],
        "method": ["BPTT"],
        "arch": ["FF"],
        "metric": ["test_accuracy"],
        "value_percent": [97.12],
    }
)


def runs(accuracies, arch="FF"):
    """Runs of one cell: ``accuracies`` is a list of (fold, seed, accuracy)."""
    return pd.DataFrame(
        [
            {
                "dataset": "N-MNIST",
                "source": "digits",
                "method": "BPTT",
                "arch": arch,
                "fold": fold,
                "seed": seed,
                "test_accuracy": accuracy,
            }
            for fold, seed, accuracy in accuracies
        ]
    )


def test_interval_by_hand():
    # Mean 2, standard deviation 1, n = 3: half-width t(0.975, 2) / sqrt(3) = 4.30265 / 1.73205.
    interval = mean_interval(np.array([1.0, 2.0, 3.0]))
    assert interval.mean == 2
    assert interval.high - interval.mean == pytest.approx(2.48414, abs=1e-5)
    assert interval.mean - interval.low == pytest.approx(2.48414, abs=1e-5)


def test_a_single_seed_has_no_interval():
    interval = mean_interval(np.array([0.5]))
    assert interval.n == 1
    assert np.isnan([interval.low, interval.high]).all()


def test_a_table_of_one_seed_promises_no_interval():
    assert over_seeds([1, 1]) == "Of one seed, so without an interval"
    assert over_seeds([3, 1, 3]) == "Mean over 1 or 3 seeds with Student's 95 % interval"


def test_no_interval_leaves_the_range_of_a_percentage():
    interval = mean_interval(np.array([90.0, 100.0]), 0, 100)
    assert interval.high == 100
    assert interval.low == pytest.approx(mean_interval(np.array([90.0, 100.0])).low)
    assert mean_interval(np.array([0.0, 3.0]), 0, 100).low == 0


def test_the_interval_covers_the_mean_as_often_as_it_says():
    random = np.random.default_rng(0)
    covered = [
        interval.low <= 0 <= interval.high
        for interval in (mean_interval(random.standard_normal(5)) for _ in range(4000))
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)


def test_folds_are_averaged_before_seeds():
    table = summarise(runs([(0, 0, 0.8), (1, 0, 1.0), (0, 1, 0.9), (1, 1, 0.9)]), PUBLISHED, "sample")
    (row,) = table.itertuples()
    assert (row.mean, row.ci_low, row.ci_high, row.n) == pytest.approx((90, 90, 90, 2))
    assert row.published == 97.12
    assert row.difference == pytest.approx(90 - 97.12)
    assert (row.study, row.source) == ("sample", "digits")


def test_columns_start_with_the_published_keys_and_unpublished_cells_stay_empty():
    table = summarise(runs([(0, 0, 0.5)], arch="FF-matched"), PUBLISHED, "demo")
    assert list(table.columns[:4]) == list(PUBLISHED.columns[:4])
    assert list(table.columns[4:]) == [
        "mean",
        "ci_low",
        "ci_high",
        "n",
        "published",
        "difference",
        "study",
        "source",
    ]
    assert table[["published", "difference"]].isna().all(axis=None)


def test_tables_for_people_escape_and_align():
    table = pd.DataFrame({("A", "x"): ["1 < 2"], ("A", "y"): [np.nan], ("A", "|z|"): ["|a - b|"]}, index=["r|w"])
    page = html("T & t", table, ["a <note>"])
    assert "1 &lt; 2" in page
    assert "T &amp; t" in page
    assert "a &lt;note&gt;" in page
    text = markdown("T", table, ["note"])
    assert r"|      | A x   | A y | A \|z\|   |" in text
    assert r"| r\|w | 1 < 2 |     | \|a - b\| |" in text
