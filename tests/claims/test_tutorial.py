"""Statements of the tutorial on results of known truth, both ways."""

import numpy as np
import pandas as pd
import pytest

from snnlocality import registry
from snnlocality.claims import evidence
from snnlocality.claims.ledger import tutorial
from snnlocality.claims.verdict import Verdict
from snnlocality.reports.claims import judge
from snnlocality.reports.gathering import OWN_RATE
from snnlocality.tutorial.surrogates import NORMALISATIONS

SEEDS = 10


def experiments(true: bool) -> pd.DataFrame:
    random = np.random.default_rng(0)

    def noise() -> float:
        return 0.001 * random.standard_normal()

    ways = range(10)
    landscape = [
        {"seed": seed, "true_norm": 0.0 if (way < 9) == true or way == seed else 1.0}
        for seed in range(SEEDS)
        for way in ways
    ]
    convolution = [
        {"method": method, "seed": seed, "epoch": epoch, "layer": layer, "accuracy": 0.5 + gain * layer + noise()}
        for method, gain in (("DCLL", 0.1 if true else -0.1), ("BPTT", 0.1))
        for seed in range(SEEDS)
        for epoch in (0, 1)
        for layer in (1, 2, 3)
    ]
    superspike = [
        {"feedback": feedback, "seed": seed, "quantity": "loss", "x": x, "value": loss + noise()}
        for feedback, loss in (("symmetric", 1.0), ("symmetric, credit through reset", 1.5 if true else 0.5))
        for seed in range(SEEDS)
        for x in range(20)
    ]
    exactness = [
        {"method": "RTRL, forward in time", "seed": seed, "distance": (1e-15 if true else 1e-3) * (1 + seed)}
        for seed in range(SEEDS)
    ]
    surrogates = [
        {"normalisation": normalisation, "surrogate": shape, "seed": seed, "accuracy": accuracy + noise()}
        for normalisation in NORMALISATIONS
        for shape, accuracy in zip(registry.names(registry.SURROGATES), (0.9 if true else 0.6, *[0.9] * 7), strict=True)
        for seed in range(SEEDS)
    ]
    found = {"landscape": landscape, "convolution": convolution, "superspike": superspike, "exactness": exactness}
    return evidence.of_experiments(
        {name: pd.DataFrame(rows) for name, rows in (found | {"surrogates": surrogates}).items()}
    )


def found(true: bool) -> evidence.Evidence:
    random = np.random.default_rng(1)
    empty = pd.DataFrame()
    methods = {"BPTT": 96.0, "Feedback alignment": 95.5 if true else 80.0, "Direct feedback alignment": 95.0}
    accuracy = pd.DataFrame(
        [
            {
                "dataset": "N-MNIST",
                "method": method,
                "arch": "FF",
                "repeat": seed,
                "value": mean + random.normal(0, 0.1),
            }
            for method, mean in methods.items()
            for seed in range(SEEDS)
        ]
    )
    angles = pd.DataFrame(
        [
            {"quantity": "alignment", "method": method, "arch": "FF", "layer": layer, "repeat": seed}
            | {"value": (60 if true else 95) + random.normal()}
            for method in list(methods)[1:]
            for layer in (1, 2)
            for seed in range(SEEDS)
        ]
    )
    both = pd.concat([experiments(true), angles], ignore_index=True)
    return evidence.Evidence(accuracy, empty, empty, empty, empty, empty, both)


@pytest.mark.parametrize(("true", "expected"), [(True, Verdict.HOLDS), (False, Verdict.FAILS)])
def test_statements_are_judged_by_their_truth(true, expected):
    nothing = evidence.Evidence(*[pd.DataFrame()] * 7)
    ledger = judge(tutorial.CLAIMS, nothing, {OWN_RATE: found(true)}).set_index("id")
    assert list(ledger.index) == [f"T{number:02d}" for number in range(1, 9)]
    assert (ledger["verdict"] == expected).all(), ledger["verdict"]


def test_angles_of_feedback_come_from_the_runs():
    runs = pd.DataFrame(
        {
            "dataset": ["a", "a", "b"],
            "method": ["x", "y", "x"],
            "arch": "FF",
            "seed": 0,
            "alignment_1": [30.0, None, 50.0],
        }
    )
    angles = evidence._alignments(runs)
    assert angles[["method", "layer", "value"]].to_numpy().tolist() == [["x", 1, 30.0]]
