"""Train a ReLU network and convert it to spiking ones."""

from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import FOLD, SEED, TASK, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

AXES = (TASK, FOLD, SEED)


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What decides a ReLU network and its conversion."""
    return {**params.conversion_settings(parameters, key["task"]), "fold": key["fold"], "seed": key["seed"]}


STEP = Step(
    name="convert",
    help="Train a ReLU network, convert it to spiking ones, and measure these over time.",
    axes=AXES,
    needs=one_label,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=lambda settings: (train.surrogate(settings),),
    outputs={
        "accuracies": f"conversion/{folders(AXES)}/accuracies.csv",
        "relu": f"conversion/{folders(AXES)}/relu.safetensors",
    },
    entry="snnlocality.steps.convert:run",
    uses=("engine",),
    memory_mb=4000,
    minutes=30,
    work=lambda work: work.samples * work.steps * work.epochs,
    params=("conversion", "neuron", "tasks.{task}", "studies.{study}.seeds", "studies.{study}.tasks.{task}"),
)
