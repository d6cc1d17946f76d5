"""Run an experiment of the tutorial, which trains small networks of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.data.source import GESTURES
from snnlocality.errors import UserError
from snnlocality.study.axes import EXPERIMENT, Key
from snnlocality.study.step import Output, Step
from snnlocality.study.steps import prepare
from snnlocality.tutorial.settings import Experiment
from snnlocality.typed import Model, TimeConstants


def _inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
    """Prepared recordings of the study, where an experiment learns them."""
    own = params.experiment(parameters, key["experiment"])
    if not own.on_data or own.on_gestures:
        return {}
    return {"data": prepare.STEP["data"].of(task=_task(parameters, key["experiment"]))}


def _task(parameters: params.Parameters, experiment: str) -> str:
    if (task := params.recorded_for(parameters, experiment)) is None:
        raise UserError(f"'{experiment}' learns recordings of a kind that study '{parameters.study}' does not have.")
    return task


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides an experiment."""

    experiment: str
    sizes: Experiment
    methods: dict[str, str]  # how people write its rules
    time_constants_ms: TimeConstants | None  # of the study's neurons, for experiments on its data
    threshold: float | None


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study; a scaled one has fewer seeds and epochs."""
    registry.module_name(params.EXPERIMENTS, key["experiment"])
    own = params.experiment(parameters, key["experiment"]).needed()
    task = params.task_of(parameters, _task(parameters, key["experiment"])) if own.on_data else None
    return Settings(
        experiment=key["experiment"],
        sizes=_smaller(own, parameters.scale),
        methods=params.methods(getattr(own, "rules", ())),
        time_constants_ms=task.time_constants_ms if task else None,
        threshold=parameters.neuron.threshold if task else None,
    )


Table = TypeVar("Table", bound=Model)


def _smaller(table: Table, scale: float) -> Table:
    """A table, and those in it, with so small a share of seeds and epochs."""
    fewer: dict[str, Any] = {name: params.scaled(value, scale) for name, value in table if name in ("seeds", "epochs")}
    fewer |= {name: _smaller(value, scale) for name, value in table if isinstance(value, Model)}
    return table.model_copy(update=fewer)


def _choices(settings: Settings) -> Iterator[str]:
    sizes = settings.sizes
    yield registry.module_name(params.EXPERIMENTS, settings.experiment)
    yield from (registry.module_name(params.RULES, rule) for rule in settings.methods)
    surrogates = (*getattr(sizes, "surrogates", ()), *([sizes.surrogate] if hasattr(sizes, "surrogate") else ()))
    yield from (registry.module_name(params.SURROGATES, name) for name in surrogates)
    if sizes.on_gestures:
        yield "snnlocality.data.vision.gestures"


STEP = Step(
    name="tutorial",
    help="Run one of the tutorial's experiments, which train small networks of their own.",
    axes=(EXPERIMENT,),
    inputs=_inputs,
    settings=settings,
    choices=_choices,
    outputs={"found": "tutorial/{experiment}/found.csv"},
    uses=("engine", "advance"),
    # The part of DVS Gesture that is read, where tonic unpacks it.
    raw=lambda settings: f"{GESTURES}/DVSGesture/ibmGestureTrain" if settings.sizes.on_gestures else None,
    memory_mb=3000,
    minutes=60,
    params=("neuron.threshold", "tutorial", "tasks", "studies.{study}.analyses"),
)
