"""Fisher information in a run's weights: at the end, over steps of the input, and over the epochs of its training."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from snnlocality import checkpoints, plan, registry
from snnlocality import parameters as params
from snnlocality.analysis.fisher import fisher
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.learning.training import Epoch
from snnlocality.network import Network
from snnlocality.provenance.records import recorded
from snnlocality.steps.train import fit, load_model, optimisation_of
from snnlocality.storage import write_text

GRADIENTS = ("own", "bptt")  # the rule's own, and as the control the gradient of the loss, by BPTT


def measure_fisher(
    parameters: params.Parameters,
    task: str,
    rule: str,
    architecture: str,
    fold: int,
    seed: int,
    engine: Engine,
    report: Callable[[Epoch], None],
) -> Path:
    """Write the trace by gradient, epoch, step and weights; return the table's path.

    The run's training is repeated, as its networks on the way are not kept; the last rows are of the run's own model.
    """
    run = plan.fisher(parameters, task, rule, architecture, fold, seed)
    settings, output = run.settings, run.outputs[0]
    with checkpoints.locked(run) as kept, recorded(run, engine=engine.name) as execution:
        dataset, parts = load(run.made[0], fold)
        model = load_model(run.made[1], settings, dataset)
        optimisation, learned = optimisation_of(settings), registry.load(params.RULES, settings["rule"]).RULE
        batch = dataset.batch(parts[Part.TRAIN][: settings["samples"]])
        local_loss = LOSSES[optimisation.local_loss] if optimisation.local_loss else None
        rows: list[dict] = []

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

        def watch(epochs: int, network: Network) -> None:
            if epochs & (epochs - 1) == 0 or epochs == settings["epochs"]:  # 0, 1, 2, 4, ... and the last
                measure(network, "own", epochs, [last])

        fit(settings, dataset, parts, seed, engine, report, watch, kept.of(execution, engine, beside=rows))
        for gradient in GRADIENTS:
            measure(model, gradient, "chosen", [-(-last * tenth // 10) for tenth in range(1, 11)])
        write_text(output, pd.DataFrame(rows).to_csv(index=False))
    return output
