"""What each rule's online form costs, against steps, width and depth: ``python -m benchmarks.online``.

Measured on the literal forms (``learning.online``), which keep what a rule must keep and nothing else, beside BPTT in
the same style, and beside BrainTrace, a library for rules of this kind: memory held from step to step beyond the
weights and their gradients, and time. Writes ``docs/performance/online.csv``, ``online.md`` and ``online.svg``.
"""

import json
import os
import subprocess
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import pandas as pd

matplotlib.use("svg")
import matplotlib.pyplot as plt

from benchmarks.environments import Unavailable, interpreter
from benchmarks.figures import FOLDER, STYLE
from benchmarks.measure import ROOT
from snnlocality.data.inputs import Batch
from snnlocality.learning.losses import Loss, cross_entropy
from snnlocality.learning.online import bptt, decolle, eprop, instantaneous, rtrl
from snnlocality.learning.routing import draw_feedback
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.decolle import RULE as DECOLLE
from snnlocality.learning.rules.ostl import RULE as OSTL
from snnlocality.learning.rules.ostl_no_recurrence import RULE as OSTL_NO_RECURRENCE
from snnlocality.learning.rules.ottt import RULE as OTTT
from snnlocality.learning.rules.pp_prop import RULE as PP_PROP
from snnlocality.learning.rules.s_tllr import RULE as S_TLLR
from snnlocality.network import Network, Shape, draw_weights
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import spiking


def _at_once(rule: Rule, network: Network, batch: Batch, loss: Loss) -> dict[str, np.ndarray]:
    return instantaneous(network, batch, rule, loss, loss)


RULES: dict[str, Callable] = {
    "BPTT": bptt,
    "RTRL": rtrl,
    "e-prop": lambda network, batch, loss: eprop(network, batch, loss, network.feedback),
    "DECOLLE": lambda network, batch, loss: decolle(network, batch, loss, loss),
    **{rule.label: partial(_at_once, rule) for rule in (OSTL, OSTL_NO_RECURRENCE, OTTT, S_TLLR, PP_PROP)},
}
# The tutorial's statements on memory per layer, as powers of steps and width: backward N T, forward N^3, eligibility
# traces of synapses N^2, presynaptic traces alone N.
STATED = {"BPTT": (1, 1), "RTRL": (0, 3), "e-prop": (0, 2), "DECOLLE": (0, 1)}
# And the same of docs/rules.md.
STATED |= {
    "OSTL": (0, 3),
    "OSTL (no recurrence)": (0, 2),
    "OTTT": (0, 1),
    "S-TLLR": (0, 1),
    "pp-prop": (0, 1),
}
# BrainTrace's, as ``online_braintrace`` has them: traces of synapses N^2, or of both ends of them N.
BRAINTRACE = {"BrainTrace D-RTRL": (0, 2), "BrainTrace e-prop": (0, 2), "BrainTrace pp-prop": (0, 1)}
SWEEPS = {"steps": (50, 100, 200, 400), "width": (64, 128, 256, 512), "depth": (1, 2, 4, 8)}
SMALL = ("RTRL", "OSTL")  # their memory grows with the third power
SMALL_WIDTHS = (8, 12, 16, 24)
STANDARD = {"steps": 50, "width": 16, "depth": 2}
_REPEATS, _CLASSES = 3, 2
_NEURONS = Leaky(0.8, 0.9, 0.9, 1.0)


class Cost(NamedTuple):
    """Of one gradient of one sample."""

    kilobytes: float  # held when an error is taken, beyond what was there and the gradients
    milliseconds: float


def main() -> None:
    """Measure, and write the table, the page and the figure."""
    rows = []
    for swept, rule, value in points(RULES):
        cost = measured(rule, **{**STANDARD, swept: value})
        rows.append({"rule": rule, "swept": swept, "value": value, **cost._asdict()})
        print(*rows[-1].values())
    try:
        rows += of_braintrace()
    except Unavailable as reason:
        print(f"without BrainTrace: {reason}")
    table = pd.DataFrame(rows)
    table.to_csv(FOLDER / "online.csv", index=False, float_format="%.4g")
    (FOLDER / "online.md").write_text(markdown(table), encoding="utf-8")
    with plt.rc_context(STYLE):
        figure = drawn(table)
        figure.savefig(FOLDER / "online.svg", bbox_inches="tight", metadata={"Date": None})


def points(rules: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """What is measured: (quantity that is swept, rule, its value)."""
    for swept, values in SWEEPS.items():
        for rule in rules:
            for value in SMALL_WIDTHS if rule in SMALL and swept == "width" else values:
                yield swept, rule, value


def of_braintrace() -> list[dict[str, Any]]:
    """The rows of BrainTrace's rules; raises Unavailable where it cannot be had."""
    asked = list(points(BRAINTRACE))
    sizes = [{"rule": rule, **STANDARD, swept: value} for swept, rule, value in asked]
    answer = subprocess.run(
        [interpreter("braintrace"), "-m", "benchmarks.online_braintrace"],
        input=json.dumps(sizes),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"JAX_PLATFORMS": "cpu"},
    )
    if answer.returncode:
        raise Unavailable(f"it ended with status {answer.returncode}")
    costs = [{name: row[name] for name in Cost._fields} for row in json.loads(answer.stdout)]
    return [
        {"rule": rule, "swept": swept, "value": value, **cost}
        for (swept, rule, value), cost in zip(asked, costs, strict=True)
    ]


def measured(rule: str, steps: int, width: int, depth: int) -> Cost:
    """The cost of one rule on a recurrent network of ``depth`` layers of ``width`` neurons and as many inputs."""
    network, batch = case(steps, width, depth)
    seconds = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        RULES[rule](network, batch, cross_entropy)
        seconds.append(time.perf_counter() - start)
    most = 0

    def watched(readout: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nonlocal most
        most = max(most, tracemalloc.get_traced_memory()[0])
        return cross_entropy(readout, targets)

    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    RULES[rule](network, batch, watched)
    tracemalloc.stop()
    gradients = sum(array.nbytes for array in network.weights.values())
    return Cost((most - before - gradients) / 1000, 1000 * min(seconds))


def case(steps: int, width: int, depth: int) -> tuple[Network, Batch]:
    """A random recurrent network in float64 and one sample."""
    random, shape = np.random.default_rng(0), Shape(width, (width,) * depth, _CLASSES, True)
    weights = draw_weights(shape, random)
    feedback = draw_feedback(DECOLLE, weights, random)
    weights, feedback = (
        {name: M.astype(np.float64) for name, M in matrices.items()} for matrices in (weights, feedback)
    )
    inputs = (random.random((steps, 1, shape.inputs)) < 0.3).astype(np.float64)
    targets = np.zeros((steps, 1), np.int64)
    network = Network(_NEURONS, spiking("fast_sigmoid", 5.0), weights, feedback)
    return network, Batch(inputs, targets, np.ones((steps, 1)), steps)


def exponent(rows: pd.DataFrame, cost: str) -> float:
    """The power with which a cost grew from the last but one to the last value: small sizes hide it under constants."""
    (low, high), (first, last) = rows[cost].to_numpy()[-2:], rows["value"].to_numpy()[-2:]
    return float(np.log(high / low) / np.log(last / first))


def markdown(table: pd.DataFrame) -> str:
    """The page: exponents measured, beside those that the tutorial states."""
    lines = [
        "# What online learning costs",
        "",
        "The literal forms of the rules (`src/snnlocality/learning/online.py`), one sample, recurrent layers; measured",
        "by `python -m benchmarks.online`. Memory: what is held from step to step beyond weights and gradients. The",
        "powers by which costs grow with steps T, width N and number of layers are those of each sweep's last step;",
        "times of small networks are mostly the interpreter's. BrainTrace (its own environment, JAX, compiled before",
        "it is timed, double precision as ours): the same network but for a readout that forgets at once; memory is",
        "its traces' and its neurons' states.",
        "",
        "![Memory and time](online.svg)",
        "",
        "| rule | memory of a layer, stated | memory: T | N | depth | time: T | N | depth |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rule, (by_steps, by_width) in (STATED | BRAINTRACE).items():
        own = table[table["rule"] == rule]
        if own.empty:
            continue
        stated = " ".join(f"{name}^{power}" for name, power in (("T", by_steps), ("N", by_width)) if power)
        powers = [
            f"{exponent(own[own['swept'] == swept], cost):.2f}"
            for cost in ("kilobytes", "milliseconds")
            for swept in SWEEPS
        ]
        lines.append(f"| {rule} | {stated.replace('^1', '')} | {' | '.join(powers)} |")
    return "\n".join(lines) + "\n"


def drawn(table: pd.DataFrame) -> plt.Figure:
    """Memory above, time below; a column per size."""
    figure, panels = plt.subplots(2, len(SWEEPS), figsize=(9, 5), layout="constrained", sharey="row")
    labels = {"steps": "steps T", "width": "neurons a layer N", "depth": "layers"}
    for column, swept in enumerate(SWEEPS):
        for row, (cost, label) in enumerate((("kilobytes", "memory held (kB)"), ("milliseconds", "time (ms)"))):
            axes = panels[row, column]
            for number, rule in enumerate(table["rule"].unique()):
                own = table[(table["rule"] == rule) & (table["swept"] == swept)]
                style = {"ls": "--", "lw": 1} if rule in BRAINTRACE else {}
                axes.loglog(own["value"], own[cost], marker="os^Dvx+*ph<>8dP"[number], ms=4, label=rule, **style)
            axes.set_xlabel(labels[swept])
            ticks = sorted(set(table.loc[table["swept"] == swept, "value"]))
            axes.set_xticks(ticks, map(str, ticks), fontsize=7)
            axes.minorticks_off()
            if column == 0:
                axes.set_ylabel(label)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), fontsize=8, loc="outside right upper")
    return figure


if __name__ == "__main__":
    main()
