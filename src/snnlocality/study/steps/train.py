"""Train one run: the network of a cell, a fold and a seed."""

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import RUN, Key, folders
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare

FOLDER = folders(RUN)


def run(parameters: params.Parameters, key: Key) -> params.RunSettings:
    """The settings of the run that a key names."""
    return params.run_settings(parameters, key["task"], key["rule"], key["arch"], key["fold"], key["seed"])


def choices(run: params.RunSettings) -> tuple[str, ...]:
    """The modules of a run's rule, neurons and surrogate derivative."""
    return (registry.module_name(params.RULES, run.rule), *of_network(run.network))


def of_network(network: params.NetworkSettings) -> tuple[str, ...]:
    """The modules of a network's neurons and surrogate derivative."""
    neuron = network.neuron
    return (
        registry.module_name(params.NEURONS, neuron.kind),
        registry.module_name(params.SURROGATES, neuron.surrogate),
    )


STEP = Step(
    name="train",
    help="Train one run.",
    axes=RUN,
    inputs={"data": prepare.STEP["data"]},
    settings=run,
    choices=choices,
    outputs={
        "model": f"{FOLDER}/model.safetensors",
        "curve": f"{FOLDER}/curve.csv",
        "milestones": f"{FOLDER}/milestones.safetensors",
    },
    uses=("engine", "keepers"),
    epochs=lambda run: run.optimisation.epochs,
    minutes=30,
    work=lambda work: work.samples * work.steps * work.epochs,
    params=("neuron", "tasks.{task}", "studies.{study}.seeds", "studies.{study}.tasks.{task}"),
)
