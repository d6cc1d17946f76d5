"""What reports say of a study, so that it is in their settings: names that people read decide no other result."""

from collections.abc import Iterable
from typing import Any

from snnlocality import parameters as params
from snnlocality import registry


def of_rules(parameters: params.Parameters) -> dict[str, Any]:
    """Of the study and its rules, in their order."""
    rules = params.rules(parameters)
    return {"study": parameters.label, "rules": list(rules), "methods": params.methods(rules)}


def of_recordings(parameters: params.Parameters) -> dict[str, Any]:
    """Of the task with a label per recording, on which more than accuracy is measured, and of architectures."""
    task = params.first_task(parameters, "recording")
    return {
        "study": parameters.label,
        "dataset": params.task_of(parameters, task).dataset,
        "source": params.study_task(parameters, task).data.source,
        "labels": params.ARCHITECTURE_LABELS,
    }


def on_recordings(parameters: params.Parameters) -> dict[str, Any]:
    """Of both."""
    return of_recordings(parameters) | of_rules(parameters)


def rule_modules(settings: dict[str, Any]) -> Iterable[str]:
    """The modules of the rules that a report shows."""
    return (registry.module_name(params.RULES, rule) for rule in settings["rules"])
