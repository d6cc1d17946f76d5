"""What the chosen study consists of: its tasks, rules, architectures, folds, seeds and sizes."""

from collections.abc import Iterable

from snnlocality import registry
from snnlocality.errors import UserError
from snnlocality.parameters.model import (
    LABELS,
    TASKS,
    Analyses,
    Architecture,
    Hyperparameters,
    Parameters,
    Search,
    SpeechStudy,
    Task,
    VisionStudy,
)
from snnlocality.registry import RULES


def task_of(parameters: Parameters, task: str) -> Task:
    """The task's table; raises UserError for an unknown task."""
    return getattr(parameters, _known_task(task))


def tasks(parameters: Parameters) -> tuple[str, ...]:
    """The tasks of the chosen study."""
    return tuple(task for task in TASKS if getattr(parameters.studies[parameters.study], task))


def first_task(parameters: Parameters, labels: str) -> str:
    """The first task of the study with a label per ``labels``."""
    return next(task for task in tasks(parameters) if LABELS[task] == labels)


def rules(parameters: Parameters) -> tuple[str, ...]:
    """The learning rules of the chosen study."""
    return parameters.studies[parameters.study].rules or parameters.rules


def methods(rules: Iterable[str]) -> dict[str, str]:
    """How people write the rules: in the settings of all that write them, since it is in no code digest."""
    return {rule: registry.load(RULES, rule).RULE.label for rule in rules}


def architectures(parameters: Parameters, task: str) -> tuple[Architecture, ...]:
    """The architectures of a task in the chosen study."""
    return parameters.studies[parameters.study].architectures or task_of(parameters, task).architectures


def study_task(parameters: Parameters, task: str) -> VisionStudy | SpeechStudy:
    """The task's table in the chosen study; raises UserError for an unknown task, or one that the study leaves out."""
    table = getattr(parameters.studies[parameters.study], _known_task(task))
    if table is None:
        raise UserError(
            f"The study '{parameters.study}' has no {task} task; its tasks: {', '.join(tasks(parameters))}."
        )
    return table


def _known_task(task: str) -> str:
    if task not in TASKS:
        raise UserError(f"'{task}' is no task; choose one of {', '.join(TASKS)}.")
    return task


def seeds(parameters: Parameters) -> range:
    """Seeds of the study, 0, 1, ...; a scaled study has fewer, at least one."""
    return range(scaled(parameters.studies[parameters.study].seeds, parameters.scale))


def folds(parameters: Parameters, task: str) -> range:
    """Folds of the task's cross-validation; 0 alone where there is a single split."""
    return range(study_task(parameters, task).data.split.folds)


def analyses(parameters: Parameters) -> Analyses:
    """Sizes of the chosen study's analyses; a scaled study has fewer samples and pairs."""
    sizes = parameters.studies[parameters.study].analyses
    fewer = {
        "pairs": scaled(sizes.pairs, parameters.scale),
        "cka_samples": max(parameters.representations.batch, scaled(sizes.cka_samples, parameters.scale)),
        "fisher_samples": scaled(sizes.fisher_samples, parameters.scale),
        "attacked_samples": sizes.attacked_samples and scaled(sizes.attacked_samples, parameters.scale),
    }
    return sizes.model_copy(update=fewer)


def scaled(number: int, scale: float) -> int:
    """So large a share of a number, at least one."""
    return max(1, round(number * scale))


def grid(search: Search) -> list[Hyperparameters]:
    """All points of the search grid."""
    return [Hyperparameters(learning_rate=rate, slope=slope) for rate in search.learning_rate for slope in search.slope]
