"""The axes of a study: what its jobs differ by, and what each axis is as an option and as a part of a path."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from snnlocality import parameters as params
from snnlocality.attacks.triggers import TRIGGERS
from snnlocality.registry import NAME

Key = dict[str, Any]  # the values of a job's axes by name
Values = tuple[Any, ...]  # of some axes


class Axis(NamedTuple):
    """One axis. Its name is that of the command's option, of Snakemake's wildcard and of the key in a job."""

    name: str
    kind: type  # of its values: str, int or float
    pattern: str  # of its values in paths
    help: str
    example: str  # a value, as a person may type it
    values: Callable[[params.Parameters, Key], Iterable[Any]]  # in a study, given those of the axes before it
    prefix: str = ""  # before its values in paths


TASK = Axis("task", str, NAME, "A task of params.yaml.", "vision", lambda p, key: params.tasks(p))
RULE = Axis("rule", str, NAME, "A learning rule.", "bptt", lambda p, key: params.rules(p))
ARCH = Axis(
    "arch",
    str,
    NAME,
    "The network's: ff, rec, ff_matched, or with the name of other layers, e.g. ff_deep.",
    "ff",
    lambda p, key: params.architectures(p, key["task"]),
)
FOLD = Axis(
    "fold",
    int,
    r"\d+",
    "Fold of the cross-validation.",
    "0",
    lambda p, key: params.folds(p, key["task"]),
    prefix="fold",
)
SEED = Axis("seed", int, r"\d+", "Seed of weights and order.", "0", lambda p, key: params.seeds(p), prefix="seed")
TRIGGER = Axis(
    "trigger",
    str,
    "|".join(TRIGGERS),
    "What it sets pixels to.",
    "invisible",
    lambda p, key: params.analyses(p).triggers,
)
RATE = Axis(
    "rate", float, r"[0-9.]+", "Share poisoned.", "0.5", lambda p, key: params.analyses(p).poison_rates, prefix="rate"
)
PAIR = Axis("pair", int, r"\d+", "Number of the pair of classes.", "0", lambda p, key: params.pairs(p), prefix="pair")
EXPERIMENT = Axis(
    "experiment",
    str,
    NAME,
    "A file of src/snnlocality/tutorial/experiments.",
    "landscape",
    lambda p, key: params.experiments(p),
)
LEARNING_RATE = Axis(
    "learning_rate",
    float,
    r"[0-9.e-]+",
    "Of all cells alike.",
    "0.004",
    lambda p, key: params.equal_rates(p),
    prefix="lr",
)

FIRING_RATE = Axis(
    "firing_rate",
    float,
    r"[0-9.e-]+",
    "Spikes per neuron and step that hidden layers are pulled to.",
    "0.05",
    lambda p, key: params.analyses(p).firing_rates,
    prefix="fires",
)

AXES = (TASK, RULE, ARCH, FOLD, SEED, TRIGGER, RATE, PAIR, EXPERIMENT, LEARNING_RATE, FIRING_RATE)
CELL = (TASK, RULE, ARCH)
RUN = (*CELL, FOLD, SEED)


def written(value: Any) -> str:
    """A value as it stands in paths and commands."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def folders(axes: tuple[Axis, ...]) -> str:
    """The folders of these axes in a path, to be filled in: ``{task}/{rule}/{arch}/fold{fold}/seed{seed}``."""
    return "/".join(f"{axis.prefix}{{{axis.name}}}" for axis in axes)
