"""Train one run: the network of a cell, a fold and a seed."""

from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import RUN, Key, folders
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare

FOLDER = folders(RUN)


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What decides a run, besides data."""
    of_cell = params.train_settings(parameters, key["task"], key["rule"], key["arch"])
    return {**of_cell, "fold": key["fold"], "seed": key["seed"]}


def choices(settings: dict[str, Any]) -> tuple[str, ...]:
    """The modules of a run's rule and surrogate."""
    return (registry.module_name(params.RULES, settings["rule"]), surrogate(settings))


def surrogate(settings: dict[str, Any]) -> str:
    """The module of a network's surrogate derivative."""
    return registry.module_name(params.SURROGATES, settings["neuron"]["surrogate"])


STEP = Step(
    name="train",
    help="Train one run.",
    axes=RUN,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=choices,
    outputs={
        "model": f"{FOLDER}/model.safetensors",
        "curve": f"{FOLDER}/curve.csv",
        "milestones": f"{FOLDER}/milestones.safetensors",
    },
    entry="snnlocality.steps.train:run",
    uses=("engine", "report", "keepers"),
    minutes=30,
    work=lambda work: work.samples * work.steps * work.epochs,
    params=("neuron", "tasks.{task}", "studies.{study}.seeds", "studies.{study}.tasks.{task}"),
)
