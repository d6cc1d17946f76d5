"""What of a run's test part withstands white-box descents of several kinds, beside all attacks of Table 3."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from snnlocality.attacks.descent import LOSSES, Attack, standing
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.neurons.spikes import spiking
from snnlocality.parameters.model import Robust
from snnlocality.runs.files import load_model
from snnlocality.runs.outcomes import read_outcomes, write_outcomes
from snnlocality.seeds import generator
from snnlocality.storage import write_text
from snnlocality.study.step import Job
from snnlocality.study.steps.descend import Settings

CLEAN, TABLE_3 = "clean", "Table 3"


def run(job: Job[Settings], engine: Engine, advance: Callable[[int, int], None]) -> None:
    """Write what is right after each attack, by epsilon; and which recordings withstand them all."""
    run, robust = job.settings.run, job.settings.robust
    dataset, parts = load(job.file("data"), run.fold)
    network = load_model(job.file("model"), run.network, dataset)
    network = replace(network, weights=engine.place(network.weights))
    test = parts[Part.TEST][: job.settings.attacked_samples]
    before = {name: found > 0 for name, found in read_outcomes(job.file("right")).items()}
    random, attacks = generator(run.seed, "descend"), list(attacks_of(robust))
    rows, withstood = [], {}
    done, all_of_them = 0, len(robust.epsilon) * len(attacks)
    for epsilon in robust.epsilon:
        clean = next(found for name, found in before.items() if name.endswith(" 0"))
        under = [found for name, found in before.items() if name.endswith(f" {epsilon:g}")]
        left = first = test[np.logical_and.reduce([clean, *under])]
        rows += [(epsilon, CLEAN, clean.mean()), (epsilon, TABLE_3, len(first) / len(test))]
        for name, left in standing(network, dataset, first, epsilon, attacks, robust.steps, engine, random):
            rows.append((epsilon, name, len(left) / len(test)))
            done += 1
            advance(done, all_of_them)
        withstood[f"{epsilon:g}"] = np.isin(test, left)
    table = pd.DataFrame(rows, columns=["epsilon", "after", "accuracy"])
    write_text(job.outputs["accuracies"], table.to_csv(index=False))
    write_outcomes(job.outputs["right"], withstood, np.ones(len(test)))


def attacks_of(robust: Robust) -> Iterator[Attack]:
    """Every surrogate, slope and loss, first from the recordings themselves."""
    for start in range(robust.starts):
        for surrogate, slopes in robust.surrogates.items():
            for slope in slopes:
                for loss in robust.losses:
                    name = f"{surrogate} {slope:g}, {loss.replace('_', '-')}, start {start + 1}"
                    yield Attack(name, spiking(surrogate, slope), LOSSES[loss], start > 0)
