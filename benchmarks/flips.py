"""``python -m benchmarks.flips``: how many spikes differ between engines in single precision, on real recordings.

Engines sum in different orders, so a potential that lies within rounding of the threshold may fall on either side of
it, and what a flipped spike sets off differs from then on. One trained network of every rule and architecture is shown
all real N-MNIST recordings of the ``sample`` study (prepare it first), by the CPU engine and by the reference, both in
single precision, and by the reference in double precision, which tells how near potentials come to the threshold and
how many spikes rounding itself flips.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from snnlocality import parameters as params
from snnlocality.data.batches import Dataset, batches, load
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.losses import decisions
from snnlocality.network import Network
from snnlocality.runs.training import fit
from snnlocality.study.steps import train

TABLE = Path("docs/performance/flips.md")
ARCHITECTURES = ("ff", "rec")
NEAR = 1e-4  # of the threshold 1
_BATCH = 50
_COLUMNS = (
    "rule",
    "architecture",
    "recordings",
    "spikes",
    "potentials within 1e-4 of the threshold",
    "potentials that differ between the engines",
    "spikes that differ between the engines",
    "recordings with such spikes",
    "decisions that differ",
    "spikes that differ from double precision",
)


class Count(NamedTuple):
    """Of one network on all recordings."""

    spikes: int
    potentials: int
    near: int  # potentials within NEAR of the threshold, in double precision
    unequal: int  # potentials that are not the same bits in the two engines
    flipped: int  # spikes that only one of the two engines has
    rounded: int  # spikes that only one of the CPU engine and double precision has
    touched: int  # recordings with at least one flipped spike
    decided: int  # recordings that the two engines decide differently
    recordings: int


def main() -> None:
    """Train six networks, count, write the table."""
    parameters = params.load(study="sample")
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|---" * len(_COLUMNS) + "|"]
    for rule in parameters.rules:
        for architecture in ARCHITECTURES:
            run = train.STEP.job(parameters, task="vision", rule=rule, arch=architecture, fold=0, seed=0)
            dataset, parts = load(run.inputs["data"], 0)
            network = fit(run.settings, dataset, parts, CpuEngine(), lambda epoch: None).network
            n = count(network, dataset)
            near, unequal = 1e6 * n.near / n.potentials, 100 * n.unequal / n.potentials
            cells = (rule, architecture, n.recordings, n.spikes, f"{near:.0f} per million", f"{unequal:.1f} %")
            cells += (n.flipped, n.touched, n.decided, n.rounded)
            lines.append("| " + " | ".join(map(str, cells)) + " |")
            print(lines[-1], flush=True)
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def count(network: Network, dataset: Dataset) -> Count:
    """Compare the engines on every recording of a set."""
    single, reference, exact = CpuEngine(), ReferenceEngine(), ReferenceEngine(torch.float64)
    total = Count(*[0] * len(Count._fields))
    for batch in batches(dataset, np.arange(len(dataset)), _BATCH):
        a, b, truth = (engine.forward(network, batch.inputs) for engine in (single, reference, exact))
        differ = _unequal(a.spikes, b.spikes)
        near = [np.abs(U - network.dynamics.theta) < NEAR for U in truth.potentials]
        found = Count(
            spikes=int(sum(layer.sum() for layer in b.spikes)),
            potentials=sum(layer.size for layer in near),
            near=int(sum(layer.sum() for layer in near)),
            unequal=int(sum(layer.sum() for layer in _unequal(a.potentials, b.potentials))),
            flipped=int(sum(layer.sum() for layer in differ)),
            rounded=int(sum(layer.sum() for layer in _unequal(a.spikes, truth.spikes))),
            touched=int(np.any([layer.any(axis=(0, 2)) for layer in differ], axis=0).sum()),
            decided=int((decisions(a.readout, batch) != decisions(b.readout, batch)).sum()),
            recordings=batch.targets.shape[1],
        )
        total = Count(*map(sum, zip(total, found, strict=True)))
    return total


def _unequal(layers: Iterable[np.ndarray], others: Iterable[np.ndarray]) -> list[np.ndarray]:
    return [own != other for own, other in zip(layers, others, strict=True)]


if __name__ == "__main__":
    main()
