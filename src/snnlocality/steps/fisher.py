"""Fisher information in a run's weights: at the end, over steps of the input, and over the epochs of its training."""

from typing import Any

import pandas as pd

from snnlocality import registry
from snnlocality.analysis.fisher import fisher
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network
from snnlocality.registry import RULES
from snnlocality.runs.files import load_milestones, load_model
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.fisher import Settings

GRADIENTS = ("own", "bptt")  # the rule's own, and as the control the gradient of the loss, by BPTT


def run(job: Job[Settings], engine: Engine) -> None:
    """Write the trace by gradient, epoch, step and weights.

    A row's epoch is the number that were done, or "chosen": the run's own model.
    """
    run = job.settings.run
    dataset, parts = load(job.file("data"), run.fold)
    model = load_model(job.file("model"), run.network, dataset)
    milestones = load_milestones(job.file("milestones"), run, dataset)
    optimisation, learned = run.optimisation, registry.load(RULES, run.rule)
    batch = dataset.batch(parts[Part.TRAIN][: job.settings.samples])
    local_loss = LOSSES[optimisation.local_loss] if optimisation.local_loss else None
    rows: list[dict[str, Any]] = []

    def measure(network: Network, gradient: str, epoch: int | str, ends: list[int]) -> None:
        routing, local = (learned, local_loss) if gradient == "own" else (BPTT, None)
        found = fisher(network, batch, ends, routing, LOSSES[optimisation.loss], local, engine)
        rows.extend(
            {
                "gradient": gradient,
                "epoch": epoch,
                "step": step,
                "weights": name,
                "trace": trace,
                "parameters": network.weights[name].size - (len(network.weights[name]) if name[0] == "V" else 0),
            }
            for step, traces in zip(ends, found, strict=True)
            for name, trace in traces.items()
        )

    last = len(batch.targets)
    for epochs, network in milestones.items():
        measure(network, "own", epochs, [last])
    for gradient in GRADIENTS:
        measure(model, gradient, "chosen", [-(-last * tenth // 10) for tenth in range(1, 11)])
    write_text(job.outputs["traces"], pd.DataFrame(rows).to_csv(index=False))
