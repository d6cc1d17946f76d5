"""``python -m benchmarks.agreement``: the cells of Table 2 with two engines, paired by seed, and how far they differ.

Engines sum in different orders, a spike flips now and then, and trainings drift apart: so what must agree is not a
run but the mean. Every cell of the demo study is trained by both engines from the same initial weights on the same
order of samples; the test accuracies of a seed differ by chance, and the interval of their mean difference bounds what
the engines differ by. Runs finished with the same settings are kept in agreement.csv and not repeated (an hour on two
cores, nearly all of it the reference engine's); remove the file after a change of an engine.
"""

import argparse
import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import stats

from snnlocality import parameters as params
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.choice import choose
from snnlocality.learning.training import evaluate
from snnlocality.runs.training import fit
from snnlocality.study.steps import train

RUNS = Path("benchmarks/agreement.csv")
TABLE = Path("docs/performance/agreement.md")
ENGINES = ("reference", "cpu")
ARCHITECTURES = ("ff", "rec")
SEEDS = {"vision": 80, "speech": 16}  # fixed beforehand, for intervals below half a point: few test samples, many seeds
_FIELDS = ("engine", "task", "rule", "arch", "seed", "settings", "test_accuracy")


def main() -> None:
    """Train what is missing, then write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="train with this engine only")
    wanted = parser.parse_args().engine or ENGINES
    parameters = params.load(study="demo")
    done = {tuple(row[name] for name in _FIELDS[:-1]) for row in _rows()}
    cells = list(_cells(parameters))
    for run in cells:
        for engine in wanted:
            if (engine, *run) not in done:
                _append(engine, run, _test_accuracy(parameters, engine, *run[:-1]))
    current = [row for row in _rows() if tuple(row[name] for name in _FIELDS[1:-1]) in set(cells)]
    TABLE.write_text(table(current), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


def table(rows: list[dict[str, str]]) -> str:
    """A row per cell: both means, and the mean difference in points with its 95 % interval (Student's t)."""
    lines = [
        "| task | rule | architecture | seeds | reference | CPU engine | difference | 95 % interval |",
        "|---|---|---|---|---|---|---|---|",
    ]
    accuracy = {tuple(row[name] for name in _FIELDS[:-1]): 100 * float(row["test_accuracy"]) for row in rows}
    for task, rule, arch in sorted({key[1:4] for key in accuracy}):
        pairs = [
            (value, accuracy["cpu", *key[1:]])
            for key, value in accuracy.items()
            if key[:4] == ("reference", task, rule, arch) and ("cpu", *key[1:]) in accuracy
        ]
        if len(pairs) < 2:
            continue
        reference, cpu = np.array(pairs).T
        difference = cpu - reference
        half = stats.t.ppf(0.975, len(pairs) - 1) * difference.std(ddof=1) / np.sqrt(len(pairs))
        mean = difference.mean()
        lines.append(
            f"| {task} | {rule} | {arch} | {len(pairs)} | {reference.mean():.2f} | {cpu.mean():.2f} | {mean:+.2f} | "
            f"{mean - half:+.2f} to {mean + half:+.2f} |"
        )
    return "\n".join(lines) + "\n"


def _cells(parameters: params.Parameters) -> Iterator[tuple[str, str, str, str, str]]:
    """(task, rule, architecture, seed, digest of the settings) of every run."""
    for seed in range(max(SEEDS.values())):
        for task in SEEDS:
            if seed < SEEDS[task]:
                for rule in parameters.rules:
                    for arch in ARCHITECTURES:
                        job = train.STEP.job(parameters, task=task, rule=rule, arch=arch, fold=0, seed=seed)
                        decisive = job.settings_text
                        yield task, rule, arch, str(seed), hashlib.sha256(decisive.encode()).hexdigest()[:12]


def _test_accuracy(
    parameters: params.Parameters, engine_name: str, task: str, rule: str, architecture: str, seed: str
) -> float:
    run = train.STEP.job(parameters, task=task, rule=rule, arch=architecture, fold=0, seed=int(seed))
    dataset, parts = load(run.inputs["data"], 0)
    engine = choose(engine_name)
    network = fit(run.settings, dataset, parts, engine, lambda epoch: None).network
    return evaluate(network, dataset, parts[Part.TEST], run.settings.optimisation, engine).accuracy


def _rows() -> list[dict[str, str]]:
    if not RUNS.exists():
        return []
    with RUNS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _append(engine: str, run: tuple[str, ...], accuracy: float) -> None:
    new = not RUNS.exists()
    with RUNS.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(_FIELDS)
        writer.writerow([engine, *run, f"{accuracy:.6f}"])
    print(engine, *run, f"{accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
