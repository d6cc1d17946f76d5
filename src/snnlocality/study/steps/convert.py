"""Train a ReLU network and convert it to spiking ones."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.parameters.model import Conversion
from snnlocality.study.axes import FOLD, SEED, TASK, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

AXES = (TASK, FOLD, SEED)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides a ReLU network and what it is converted to; no learning rule has a part in it."""

    task: str
    network: params.NetworkSettings
    epochs: int
    batch_size: int
    conversion: Conversion
    fold: int
    seed: int


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    training = params.study_task(parameters, key["task"]).training
    surrogate, slope = parameters.neuron.surrogate, training.default.slope
    return Settings(
        task=key["task"],
        network=params.network_settings(parameters, key["task"], "ff", surrogate, slope),
        epochs=params.scaled(training.epochs, parameters.scale),
        batch_size=training.batch_size,
        conversion=parameters.conversion,
        fold=key["fold"],
        seed=key["seed"],
    )


STEP = Step(
    name="convert",
    help="Train a ReLU network, convert it to spiking ones, and measure these over time.",
    axes=AXES,
    needs=one_label,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=lambda settings: train.of_network(settings.network),
    outputs={
        "accuracies": f"conversion/{folders(AXES)}/accuracies.csv",
        "relu": f"conversion/{folders(AXES)}/relu.safetensors",
    },
    uses=("engine",),
    memory_mb=4000,
    minutes=30,
    work=lambda work: work.samples * work.steps * work.epochs,
    params=("conversion", "neuron", "tasks.{task}", "studies.{study}.seeds", "studies.{study}.tasks.{task}"),
)
