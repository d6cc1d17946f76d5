"""NeuroTrain's trainers on our recordings: ``python -m benchmarks.neurotrain CHECKOUT DATA CSV``.

NeuroTrain is a collection of learning rules for spiking networks. CHECKOUT is one of its repository (written for commit
d52b35755e3f3aa840371fadcc1f8c1bf25ec43f; needs PyTorch, snnTorch and PyYAML), DATA a prepared set of event recordings,
``results/STUDY/vision/data.safetensors`` of a study with ten steps, as NeuroTrain's experiments on N-MNIST have.
Networks, neurons, surrogates, losses, optimisers, training and evaluation are NeuroTrain's, and so are the
hyper-parameters, those of the best trials that it published for N-MNIST; but every network has one hidden layer of 256,
and batches are of 64. Parts are those of our fold 0: it trains on the training part, in a new order every epoch, and
the other two are judged after every epoch.

A row of CSV per training: accuracies after the last epoch, the best of any epoch on test data (what choosing there
would report), and seconds of processor time of the training alone, on one thread. ``--factor`` multiplies the learning
rates. Trainings that CSV has are not repeated.

e-prop keeps a trace per synapse and sample, 0.15 GB, and allocates several anew at every step. Where glibc holds on to
memory (``GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=8000000000:glibc.malloc.trim_threshold=``
and twice as much) a batch took .6 s of processor time instead of 2.6 s.
"""

import argparse
import contextlib
import csv
import io
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import torch

from snnlocality.data.batches import batches, load
from snnlocality.data.inputs import Events
from snnlocality.data.splits import Part
from snnlocality.reports.intervals import mean_interval

FIELDS = (
    "library",
    "rule",
    "network",
    "setting",
    "seed",
    "epochs",
    "validation_accuracy",
    "test_accuracy",
    "best_test_accuracy",
    "seconds",
)
_KEY = 6  # as many of them say which training it is
HIDDEN, BATCH = 256, 64
_SEARCHED = 1000  # seeds from here on chose learning rates


class Published(NamedTuple):
    """The best of NeuroTrain's published trials on N-MNIST."""

    learning_rate: float
    network: dict[str, Any]
    trainer: dict[str, Any]


_BPTT = Published(
    0.0006672367170464204, {"beta": 0.9491834326646726, "threshold": 0.6996737821583597, "out_integrator": False}, {}
)
CELLS = {
    ("bptt", "fc_snn"): _BPTT,
    ("bptt", "r_snn"): _BPTT,
    ("decolle", "fc_snn"): Published(
        0.029154431891537533,
        {"beta": 0.9842828719107789, "threshold": 1.3324426408004217, "out_integrator": True},
        {"g_scale": 1.2421185223120967, "surrogate": "sigmoid", "surrogate_scale": 14.453378978124864, "burn_in": 0},
    ),
    ("eprop", "r_snn"): Published(
        4.207988669606632e-05,
        {"beta": 0.8110358863119579, "threshold": 1.366176145774935, "out_integrator": True},
        {"gamma": 0.16239780813448107},
    ),
}
NAMES = {"fc_snn": "ff", "r_snn": "rec"}
_CPU = torch.device("cpu")


def main() -> None:
    """Train what CSV lacks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neurotrain", description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("csv", type=Path)
    parser.add_argument("--cell", choices=["/".join(cell) for cell in CELLS], action="append", help="this one only")
    parser.add_argument("--seed", type=int, action="append", help="0, 1 and 2 if there is none")
    parser.add_argument("--factor", type=float, default=1, help="of the published learning rate")
    parser.add_argument("--epochs", type=int, default=20)
    given = parser.parse_args()
    torch.set_num_threads(1)
    sys.path.insert(0, str(given.checkout / "src"))
    setting = "published" if given.factor == 1 else f"published, learning rate x {given.factor:g}"
    done = _done(given.csv)
    for rule, network in CELLS:
        for seed in given.seed or range(3):
            key = ("NeuroTrain", rule, NAMES[network], setting, str(seed), str(given.epochs))
            if f"{rule}/{network}" in (given.cell or [f"{rule}/{network}"]) and key not in done:
                result = training(given.data, rule, network, given.factor, seed, given.epochs)
                _append(given.csv, [*key, *(f"{value:.4f}" for value in result[:-1]), f"{result[-1]:.1f}"])


def training(
    data: Path, rule: str, network: str, factor: float, seed: int, epochs: int
) -> tuple[float, float, float, float]:
    """The last four of FIELDS."""
    loop, published = import_module("campaign.training_loop"), CELLS[rule, network]
    torch.manual_seed(seed)
    with contextlib.redirect_stdout(io.StringIO()):  # both tell what they are
        build = import_module("networks").NETWORK_REGISTRY[network]
        net = build(in_shape=(load(data, 0)[0].inputs,), hidden_sizes=[HIDDEN], **published.network)
        make = import_module("trainers").TRAINER_REGISTRY[rule]
        trainer = make(network=net, lr=factor * published.learning_rate, batch_size=BATCH, **published.trainer)
    trainer = trainer.to(_CPU)
    validation, test, seconds = [], [], 0.0
    for _ in range(epochs):
        begin = time.process_time()
        loop.train_one_epoch(trainer, frames(data, Part.TRAIN, shuffled=True), _CPU)
        seconds += time.process_time() - begin
        validation.append(loop.evaluate(net, frames(data, Part.VALIDATION), _CPU))
        test.append(loop.evaluate(net, frames(data, Part.TEST), _CPU))
    return validation[-1], test[-1], max(test), seconds


def summary(path: Path) -> str:
    """The page's table: of every cell the mean over the seeds 0, 1, 2 with Student's 95 % interval; none of one run."""
    runs = pd.read_csv(path)
    rows = []
    for (library, rule, network, setting), cell in runs[runs["seed"] < _SEARCHED].groupby([*FIELDS[:4]], sort=False):
        found = mean_interval(100 * cell["test_accuracy"].to_numpy(), 0, 100)
        interval = f" [{found.low:.1f}, {found.high:.1f}]" if found.n > 1 else ", one run"
        epochs = "" if set(cell["epochs"]) == {20} else f", {cell['epochs'].max()} epochs"
        best, seconds = 100 * cell["best_test_accuracy"].mean(), cell["seconds"].mean()
        name = f"{rule} {network.upper()}"
        rows.append(
            f"| {library} | {name} | {setting}{epochs} | {found.mean:.1f}{interval} | {best:.1f} | {seconds:.1f} |"
        )
    head = [
        "| | | setting | after the last epoch | best of all epochs on test data | seconds |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def frames(data: Path, part: Part, shuffled: bool = False) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of a part as NeuroTrain's loaders have them: frames (steps, samples, inputs) of 0 and 1, and labels."""
    dataset, parts = load(data, 0)
    samples = parts[part]
    if shuffled:
        samples = samples[torch.randperm(len(samples)).numpy()]
    for batch in batches(dataset, samples, BATCH):
        assert isinstance(batch.inputs, Events)
        yield torch.from_numpy(batch.inputs.dense()).clamp_(max=1), torch.from_numpy(batch.targets[0].copy())


def _done(path: Path) -> set[tuple[str, ...]]:
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", newline="") as lines:
        return {tuple(row[name] for name in FIELDS[:_KEY]) for row in csv.DictReader(lines)}


def _append(path: Path, row: list[str]) -> None:
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(FIELDS)
        writer.writerow(row)
    print(*row, flush=True)


if __name__ == "__main__":
    main()
