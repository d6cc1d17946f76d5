"""Train one run on poisoned data; its network starts as the clean run of seed ``pair`` does."""

from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import CELL, PAIR, RATE, TRIGGER, Key, folders
from snnlocality.study.needs import trigger_on_sensor
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

AXES = (*CELL, TRIGGER, RATE, PAIR)


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What decides a clean run, and the poison."""
    return {
        **train.settings(parameters, {**key, "fold": 0, "seed": key["pair"]}),
        "trigger": key["trigger"],
        "rate": key["rate"],
        "backdoor": params.trigger_of(parameters, key["task"]).model_dump(mode="json"),
        "sensor": list(params.source_of(parameters, key["task"]).sensor),
    }


STEP = Step(
    name="backdoor",
    help="Train on poisoned data and test with and without the trigger.",
    axes=AXES,
    needs=trigger_on_sensor,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=train.choices,
    outputs={
        "metrics": f"backdoor/{folders(AXES)}/metrics.json",
        "model": f"backdoor/{folders(AXES)}/model.safetensors",
    },
    entry="snnlocality.steps.backdoor:run",
    uses=("engine", "report", "keepers"),
    memory_mb=3000,
    minutes=30,
    group="poisoned",
    work=lambda work: work.samples * work.steps * work.epochs,
    params=("neuron", "tasks.{task}", "backdoor", "studies.{study}.tasks.{task}", "studies.{study}.analyses"),
)
