"""Fisher information in a run's weights: at the end, over steps of the input, and over the epochs of its training."""

from pathlib import Path

import pandas as pd

from snnlocality import parameters as params
from snnlocality import plan, registry
from snnlocality.analysis.fisher import fisher
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network
from snnlocality.provenance.records import recorded
from snnlocality.steps.train import load_milestones, load_model, optimisation_of
from snnlocality.storage import write_text

GRADIENTS = ("own", "bptt")  # the rule's own, and as the control the gradient of the loss, by BPTT


def measure_fisher(
    parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int, engine: Engine
) -> Path:
    """Write the trace by gradient, epoch, step and weights; return the table's path.

    A row's epoch is the number that were done, or "chosen": the run's own model.
    """
    run = plan.fisher(parameters, task, rule, architecture, fold, seed)
    settings, output = run.settings, run.outputs[0]
    data, model_path, milestones_path = run.made
    with recorded(run, engine=engine.name):
        dataset, parts = load(data, fold)
        model = load_model(model_path, settings, dataset)
        milestones = load_milestones(milestones_path, settings, dataset)
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
        for epochs, network in milestones.items():
            measure(network, "own", epochs, [last])
        for gradient in GRADIENTS:
            measure(model, gradient, "chosen", [-(-last * tenth // 10) for tenth in range(1, 11)])
        write_text(output, pd.DataFrame(rows).to_csv(index=False))
    return output
