"""Train one network on poisoned data and ask what it does with clean and with triggered test samples."""

from collections.abc import Callable

import numpy as np

from snnlocality.attacks.backdoor import Pair, pair, poison, trigger_units, with_triggered
from snnlocality.attacks.triggers import TRIGGERS
from snnlocality.data.batches import EventDataset, batches, load
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import decisions
from snnlocality.learning.training import Keeper
from snnlocality.network import Network
from snnlocality.runs.files import save_model
from snnlocality.runs.training import Report, fit
from snnlocality.seeds import generator
from snnlocality.storage import write_json
from snnlocality.study.step import Job
from snnlocality.study.steps.backdoor import Settings


def run(job: Job[Settings], engine: Engine, report: Report, keepers: Callable[[str], Keeper]) -> None:
    """Write the model and the metrics of one poisoned run."""
    settings, run, value = job.settings, job.settings.run, TRIGGERS[job.settings.trigger]
    dataset, parts = load(job.file("data"), run.fold)
    assert isinstance(dataset, EventDataset)
    classes = pair(run.seed, dataset.classes)
    units = trigger_units(settings.backdoor.pixels, settings.backdoor.polarity, settings.sensor)
    poisoned = poison(
        dataset,
        parts[Part.TRAIN],
        parts[Part.VALIDATION],
        classes,
        settings.rate,
        units,
        value,
        generator(run.seed, "poison"),
    )
    victims_parts = parts | {Part.TRAIN: poisoned.training, Part.VALIDATION: poisoned.validation}
    network = fit(run, poisoned.dataset, victims_parts, engine, report, keepers("")).network
    save_model(job.outputs["model"], network)
    test = parts[Part.TEST]
    sources = test[dataset.labels[test] == classes.source]
    triggered = with_triggered(dataset, sources, units, value)
    size = run.optimisation.batch_size
    of_test = predictions(network, dataset, test, size, engine)
    of_sources = of_test[dataset.labels[test] == classes.source]
    of_triggered = predictions(network, triggered, len(dataset) + np.arange(len(sources)), size, engine)
    write_json(
        job.outputs["metrics"],
        {
            **classes._asdict(),
            "poisoned": poisoned.replaced,
            "test_samples": len(test),
            "source_samples": len(sources),
            **figures(of_test, dataset.labels[test], of_sources, of_triggered, classes),
        },
    )


def figures(
    of_test: np.ndarray,
    labels: np.ndarray,
    of_sources: np.ndarray,
    of_triggered: np.ndarray,
    classes: Pair,
) -> dict[str, float]:
    """The four figures (shares) from predicted classes: of all test samples, the source class's, those triggered."""
    return {
        "accuracy": float((of_test == labels).mean()),
        "source_accuracy": float((of_sources == classes.source).mean()),
        "attack_success_rate": float((of_triggered == classes.target).mean()),
        "source_to_target": float((of_sources == classes.target).mean()),
    }


def predictions(
    network: Network, dataset: EventDataset, indices: np.ndarray, batch_size: int, engine: Engine
) -> np.ndarray:
    """Predicted class of every sample, (n,)."""
    return np.concatenate(
        [
            decisions(engine.forward(network, batch.inputs).readout, batch)[0]
            for batch in batches(dataset, indices, batch_size)
        ]
    )
