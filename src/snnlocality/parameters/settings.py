"""The settings of steps: the part of params.yaml that can change a result, and nothing more.

They are what a rerun is decided by, and what a step's record keeps.
"""

from typing import Any

from snnlocality import registry
from snnlocality.errors import UserError
from snnlocality.learning.rule import ErrorSource
from snnlocality.parameters.chosen import first_recorded, methods, scaled, study_task, task_of
from snnlocality.parameters.model import Hyperparameters, Parameters
from snnlocality.registry import EXPERIMENTS, RULES


def prepare_settings(parameters: Parameters, task: str) -> dict[str, Any]:
    """What decides the prepared data of a task."""
    return {"task": task, "scale": parameters.scale, "data": study_task(parameters, task).data.model_dump()}


def train_settings(
    parameters: Parameters,
    task: str,
    rule: str,
    architecture: str,
    hyperparameters: Hyperparameters | None = None,
) -> dict[str, Any]:
    """What decides the runs of one cell, besides data, fold and seed."""
    declared = registry.load(RULES, rule).RULE
    model = task_of(parameters, task)
    if architecture not in model.architectures:
        raise UserError(
            f"'{architecture}' is no architecture of {task}; choose one of {', '.join(model.architectures)}."
        )
    training = study_task(parameters, task).training
    chosen = (hyperparameters or training.hyperparameters(rule, architecture)).model_dump()
    neuron = parameters.neuron.model_dump()
    if declared.surrogate:
        neuron["surrogate"], chosen["slope"] = declared.surrogate
    return {
        "task": task,
        "rule": rule,
        "architecture": architecture,
        "hidden": list(model.hidden),
        "direct_readout": declared.direct_readout,
        "time_constants_ms": model.time_constants_ms.model_dump(),
        "neuron": neuron,
        "loss": model.loss.readout,
        # Not part of what decides the run of a rule that has no local losses.
        "local_loss": model.loss.local if declared.source is ErrorSource.LOCAL else None,
        "epochs": scaled(training.epochs, parameters.scale),
        "batch_size": training.batch_size,
        **chosen,
    }


def conversion_settings(parameters: Parameters, task: str) -> dict[str, Any]:
    """What decides the ReLU network of a seed and what it is converted to; no learning rule has a part in it."""
    model, training = task_of(parameters, task), study_task(parameters, task).training
    return {
        "task": task,
        "architecture": "ff",
        "hidden": list(model.hidden),
        "direct_readout": False,
        "time_constants_ms": model.time_constants_ms.model_dump(),
        "neuron": parameters.neuron.model_dump(),
        "slope": training.default.slope,
        "epochs": scaled(training.epochs, parameters.scale),
        "batch_size": training.batch_size,
        "conversion": parameters.conversion.model_dump(),
    }


def tutorial_settings(parameters: Parameters, experiment: str) -> dict[str, Any]:
    """What decides an experiment of the tutorial; a scaled study has fewer seeds and epochs."""
    registry.module_name(EXPERIMENTS, experiment)
    own = getattr(parameters.tutorial, experiment)
    settings = {"experiment": experiment, **_smaller(own.model_dump(mode="json"), parameters.scale)}
    if "rules" in settings:
        settings["methods"] = methods(settings["rules"])
    if settings.get("recordings") == "study":
        del settings["gestures"]
    if own.on_data:
        time_constants = task_of(parameters, first_recorded(parameters)).time_constants_ms.model_dump()
        settings |= {"time_constants_ms": time_constants, "threshold": parameters.neuron.threshold}
    return settings


def _smaller(table: dict[str, Any], scale: float) -> dict[str, Any]:
    """A table, and those in it, with so small a share of seeds and epochs."""
    return {
        key: _smaller(value, scale)
        if isinstance(value, dict)
        else scaled(value, scale)
        if key in ("seeds", "epochs")
        else value
        for key, value in table.items()
    }
