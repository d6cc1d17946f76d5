"""Attack one finished run on the test part: accuracy under every attack at every strength."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from snnlocality import registry
from snnlocality.attacks.fgsm import Target, load_all
from snnlocality.data.batches import batches, load
from snnlocality.data.inputs import Batch
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import judged
from snnlocality.network import Network
from snnlocality.parameters import RunSettings
from snnlocality.parameters.model import Fgsm
from snnlocality.registry import RULES
from snnlocality.runs.files import load_model
from snnlocality.runs.outcomes import write_outcomes
from snnlocality.seeds import generator
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.fgsm import Settings

_TOGETHER = 128  # samples attacked at a time: no result depends on it, but for rounding


def run(job: Job[Settings], engine: Engine, advance: Callable[[int, int], None]) -> None:
    """Write the accuracies of a run under attack, a row per attack and epsilon; and which decisions were right."""
    run, strengths = job.settings.run, job.settings.fgsm
    dataset, parts = load(job.file("data"), run.fold)
    network = load_model(job.file("model"), run.network, dataset)
    network = replace(network, weights=engine.place(network.weights))  # once, not for every step of an attack
    learned = registry.load(RULES, run.rule)
    attacks = load_all()
    random = generator(run.seed, "fgsm")
    right = defaultdict[tuple[str, float], list[np.ndarray]](list)
    done, test = 0, parts[Part.TEST][: job.settings.attacked_samples]
    for batch in batches(dataset, test, _TOGETHER):
        target = target_of(run, strengths, network, batch, engine, random)
        # Without a perturbation exactly the input of Table 2, not the same in another form.
        clean, _ = judged(engine.forward(network, batch.inputs).readout, batch)
        for name, attack in attacks.items():
            if not attack.applies(network, learned):
                continue
            attacked = attack.prepare(target)
            for epsilon in strengths.epsilon:
                found = clean
                if epsilon > 0:
                    found, _ = judged(engine.forward(network, attacked(epsilon)).readout, batch)
                right[name, epsilon].append(found)
        done += len(clean)
        advance(done, len(test))
    outcomes = {cell: np.concatenate(found) for cell, found in right.items()}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["attack", "epsilon", "accuracy", "decisions"])
    for (name, epsilon), found in outcomes.items():
        table.writerow([name, epsilon, repr(int(found.sum()) / len(found)), len(found)])
    write_text(job.outputs["accuracies"], text.getvalue())
    by_name = {f"{name} {epsilon:g}": found for (name, epsilon), found in outcomes.items()}
    write_outcomes(job.outputs["right"], by_name, np.ones(len(test)))


def target_of(
    run: RunSettings, strengths: Fgsm, network: Network, batch: Batch, engine: Engine, random: np.random.Generator
) -> Target:
    """A run's network and batch as the attacks take them."""
    return Target(
        network,
        batch,
        registry.load(RULES, run.rule),
        run.optimisation.loss,
        run.optimisation.local_loss,
        engine,
        random,
        strengths.fixed_point_iterations,
        strengths.pgd_steps,
    )
