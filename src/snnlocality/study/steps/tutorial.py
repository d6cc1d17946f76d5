"""Run an experiment of the tutorial, which trains small networks of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.data.source import GESTURES
from snnlocality.study.axes import EXPERIMENT, Key
from snnlocality.study.step import Output, Step
from snnlocality.study.steps import prepare


def _inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
    """Prepared recordings of the study, where an experiment learns them."""
    own = getattr(parameters.tutorial, key["experiment"])
    if not own.on_data or _on_gestures(own.model_dump()):
        return {}
    return {"data": prepare.STEP["data"].of(task=params.first_recorded(parameters))}


def _on_gestures(settings: dict[str, Any]) -> bool:
    """Whether an experiment learns raw recordings, which it prepares itself."""
    return settings.get("recordings") == "gestures"


def _choices(settings: dict[str, Any]) -> Iterator[str]:
    yield registry.module_name(params.EXPERIMENTS, settings["experiment"])
    yield from (registry.module_name(params.RULES, rule) for rule in settings.get("rules", ()))
    yield from (registry.module_name(params.SURROGATES, name) for name in settings.get("surrogates", ()))
    if "surrogate" in settings:
        yield registry.module_name(params.SURROGATES, settings["surrogate"])
    if _on_gestures(settings):
        yield "snnlocality.data.vision.gestures"


STEP = Step(
    name="tutorial",
    help="Run one of the tutorial's experiments, which train small networks of their own.",
    axes=(EXPERIMENT,),
    inputs=_inputs,
    settings=lambda parameters, key: params.tutorial_settings(parameters, key["experiment"]),
    choices=_choices,
    outputs={"found": "tutorial/{experiment}/found.csv"},
    entry="snnlocality.steps.tutorial:run",
    uses=("engine", "advance"),
    # The part of DVS Gesture that is read, where tonic unpacks it.
    raw=lambda settings: f"{GESTURES}/DVSGesture/ibmGestureTrain" if _on_gestures(settings) else None,
    memory_mb=3000,
    minutes=60,
    params=("neuron.threshold", "tutorial", "tasks"),
)
