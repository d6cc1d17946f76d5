"""What reports say of a study, so that it is in their settings: names that people read decide no other result."""

from collections.abc import Iterable
from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.needs import fitting


@dataclass(frozen=True, kw_only=True)
class OfStudy:
    """What all reports say."""

    study: str  # its label


@dataclass(frozen=True, kw_only=True)
class OfRules(OfStudy):
    """What reports on rules say."""

    rules: tuple[str, ...]
    methods: dict[str, str]  # how people write them


@dataclass(frozen=True, kw_only=True)
class OfTasks(OfStudy):
    """What reports on tasks say."""

    datasets: dict[str, str]  # by task, as people write them; the paper's first
    sources: dict[str, str]  # by task
    labels: dict[str, str]  # of architectures, as people write them


@dataclass(frozen=True, kw_only=True)
class OfBoth(OfTasks, OfRules):
    """What reports on rules and on tasks say."""


def of_rules(parameters: params.Parameters) -> OfRules:
    """Of the study's rules, in their order."""
    rules = params.rules(parameters)
    return OfRules(study=parameters.label, rules=rules, methods=params.methods(rules))


def of_tasks(parameters: params.Parameters, tasks: Iterable[str]) -> OfTasks:
    """Of some of the study's tasks."""
    tasks = tuple(tasks)
    return OfTasks(
        study=parameters.label,
        datasets={task: params.task_of(parameters, task).dataset for task in tasks},
        sources={task: params.study_task(parameters, task).data.source for task in tasks},
        labels=params.architecture_labels(parameters),
    )


def of_both(parameters: params.Parameters, tasks: Iterable[str]) -> OfBoth:
    """Of the study's rules, and of some of its tasks."""
    return OfBoth(**{**vars(of_rules(parameters)), **vars(of_tasks(parameters, tasks))})


def on_recordings(parameters: params.Parameters) -> OfBoth:
    """Of the rules, and of the tasks with a label per recording, on which more than accuracy is measured."""
    return of_both(parameters, fitting(parameters))


def rule_modules(settings: OfRules) -> Iterable[str]:
    """The modules of the rules that a report shows."""
    return (registry.module_name(params.RULES, rule) for rule in settings.rules)
