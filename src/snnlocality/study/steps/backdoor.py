"""Train one run on poisoned data; its network starts as the clean run of seed ``pair`` does."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.parameters.model import Backdoor
from snnlocality.study.axes import CELL, PAIR, RATE, TRIGGER, Key, folders
from snnlocality.study.needs import trigger_on_sensor
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

AXES = (*CELL, TRIGGER, RATE, PAIR)


@dataclass(frozen=True)
class Settings:
    """What decides a poisoned run: a clean one, and the poison."""

    run: params.RunSettings  # whose seed is the number of the pair of classes
    trigger: str
    rate: float  # share of the source class's recordings
    backdoor: Backdoor
    sensor: tuple[int, int]  # height, width


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    clean = train.run(parameters, {**key, "fold": 0, "seed": key["pair"]})
    pixels, sensor = params.trigger_of(parameters, key["task"]), params.source_of(parameters, key["task"]).sensor
    return Settings(clean, key["trigger"], key["rate"], pixels, sensor)


STEP = Step(
    name="backdoor",
    help="Train on poisoned data and test with and without the trigger.",
    axes=AXES,
    needs=trigger_on_sensor,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=lambda settings: train.choices(settings.run),
    outputs={
        "metrics": f"backdoor/{folders(AXES)}/metrics.json",
        "model": f"backdoor/{folders(AXES)}/model.safetensors",
    },
    uses=("engine", "keepers"),
    epochs=lambda settings: settings.run.optimisation.epochs,
    memory_mb=3000,
    minutes=30,
    group="poisoned",
    work=lambda work: work.samples * work.steps * work.epochs,
    params=("neuron", "tasks.{task}", "backdoor", "studies.{study}.tasks.{task}", "studies.{study}.analyses"),
)
