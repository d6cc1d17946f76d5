"""What reports say of a study, so that it is in their settings: names that people read decide no other result."""

from collections.abc import Iterable
from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.needs import fitting


def of_rules(parameters: params.Parameters) -> dict[str, Any]:
    """Of the study and its rules, in their order."""
    rules = params.rules(parameters)
    return {"study": parameters.label, "rules": list(rules), "methods": params.methods(rules)}


def of_tasks(parameters: params.Parameters, tasks: Iterable[str]) -> dict[str, Any]:
    """Of the study and some of its tasks, and of architectures."""
    return {
        "study": parameters.label,
        "datasets": {task: params.task_of(parameters, task).dataset for task in tasks},
        "sources": {task: params.study_task(parameters, task).data.source for task in tasks},
        "labels": params.ARCHITECTURE_LABELS,
    }


def of_recordings(parameters: params.Parameters) -> dict[str, Any]:
    """Of the tasks with a label per recording, on which more than accuracy is measured; the paper's first."""
    return of_tasks(parameters, fitting(parameters))


def on_recordings(parameters: params.Parameters) -> dict[str, Any]:
    """Of these and of the rules."""
    return of_recordings(parameters) | of_rules(parameters)


def rule_modules(settings: dict[str, Any]) -> Iterable[str]:
    """The modules of the rules that a report shows."""
    return (registry.module_name(params.RULES, rule) for rule in settings["rules"])
