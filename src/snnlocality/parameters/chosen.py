"""What the chosen study consists of: its tasks, rules, architectures, folds, seeds and sizes."""

from collections.abc import Iterable

from snnlocality import registry
from snnlocality.data.kinds import KINDS
from snnlocality.data.source import Source, source
from snnlocality.errors import UserError
from snnlocality.parameters.model import (
    ARCHITECTURE_LABELS,
    Analyses,
    Architecture,
    Backdoor,
    Hyperparameters,
    Network,
    Parameters,
    Search,
    Task,
    TaskOfStudy,
    Training,
    architecture_label,
)
from snnlocality.registry import RULES
from snnlocality.tutorial.settings import Experiment


def task_of(parameters: Parameters, task: str) -> Task:
    """The task's table; raises UserError for an unknown task."""
    if task not in parameters.tasks:
        raise UserError(f"'{task}' is no task; choose one of {', '.join(parameters.tasks)}.")
    return parameters.tasks[task]


def network_of(parameters: Parameters, task: str, architecture: str) -> Network:
    """What an architecture of a task is; raises UserError if it has none of that name."""
    networks = task_of(parameters, task).networks
    if architecture not in networks:
        raise UserError(f"'{architecture}' is no architecture of {task}; choose one of {', '.join(networks)}.")
    return networks[architecture]


def tasks(parameters: Parameters) -> tuple[str, ...]:
    """The tasks of the chosen study, in the order of all tasks."""
    return tuple(task for task in parameters.tasks if task in parameters.studies[parameters.study].tasks)


def source_of(parameters: Parameters, task: str) -> Source:
    """The source of a task's data in the chosen study."""
    return source(study_task(parameters, task).data.source)


def labelled(parameters: Parameters, task: str) -> str:
    """What of a task's data has a label in the chosen study: a recording, or each frame."""
    return KINDS[source_of(parameters, task).kind].labelled


def recorded_for(parameters: Parameters, experiment: str) -> str | None:
    """The task whose recordings an experiment of the tutorial learns: the study's first, for images of a square sensor.

    None if the study has no such task.
    """
    on_images = getattr(parameters.tutorial, experiment).on_images
    for task in tasks(parameters):
        height, width = source_of(parameters, task).sensor
        if labelled(parameters, task) == "recording" and (height == width or not on_images):
            return task
    return None


def experiments(parameters: Parameters) -> tuple[str, ...]:
    """The tutorial's experiments, without those that learn recordings which the study does not have."""
    return tuple(
        name
        for name, sizes in parameters.tutorial
        if not sizes.on_data or sizes.on_gestures or recorded_for(parameters, name) is not None
    )


def experiment(parameters: Parameters, name: str) -> Experiment:
    """The table of one of them, with the seeds that the chosen study gives it."""
    own: Experiment = getattr(parameters.tutorial, name)
    seeds = analyses(parameters).tutorial.get(name)
    return own.model_copy(update=dict(seeds)) if seeds else own


def trigger_of(parameters: Parameters, task: str) -> Backdoor:
    """The trigger of poisoned recordings of a task."""
    return task_of(parameters, task).backdoor or parameters.backdoor


def rules(parameters: Parameters) -> tuple[str, ...]:
    """The learning rules of the chosen study."""
    return parameters.studies[parameters.study].rules or parameters.rules


def methods(rules: Iterable[str]) -> dict[str, str]:
    """How people write the rules: in the settings of all that write them, since it is in no code digest."""
    return {rule: registry.load(RULES, rule).label for rule in rules}


def architectures(parameters: Parameters, task: str) -> tuple[Architecture, ...]:
    """The architectures of a task in the chosen study."""
    return parameters.studies[parameters.study].architectures or task_of(parameters, task).architectures


def architecture_labels(parameters: Parameters) -> dict[str, str]:
    """How people write architectures: the paper's, and those of other layers that the study has."""
    names = (name for task in tasks(parameters) for name in architectures(parameters, task))
    return ARCHITECTURE_LABELS | {name: architecture_label(name) for name in names}


def study_task(parameters: Parameters, task: str) -> TaskOfStudy:
    """The task's table in the chosen study; raises UserError for an unknown task, or one that the study leaves out."""
    task_of(parameters, task)
    own = parameters.studies[parameters.study].tasks
    if task not in own:
        raise UserError(f"The study '{parameters.study}' has no {task} task; its tasks: {', '.join(own)}.")
    return own[task]


def seeds(parameters: Parameters) -> range:
    """Seeds of the study, 0, 1, ... unless it says otherwise; a scaled study has fewer, at least one."""
    return _numbered(parameters, scaled(parameters.studies[parameters.study].seeds, parameters.scale))


def seeds_of_step(parameters: Parameters, step: str) -> range:
    """Those of them that a step has: all, unless the study says how many."""
    every = seeds(parameters)
    return every[: parameters.studies[parameters.study].analyses.seeds.get(step, len(every))]


def pairs(parameters: Parameters) -> range:
    """Numbers of the study's pairs of classes, which are seeds too."""
    return _numbered(parameters, analyses(parameters).pairs)


def _numbered(parameters: Parameters, count: int) -> range:
    first = parameters.studies[parameters.study].first_seed
    return range(first, first + count)


def folds(parameters: Parameters, task: str) -> range:
    """Folds of the task's cross-validation; 0 alone where there is a single split."""
    return range(study_task(parameters, task).data.split.folds)


def equal_rates(parameters: Parameters) -> tuple[float, ...]:
    """The learning rates at which all cells of the study are trained once more, as controls."""
    return parameters.studies[parameters.study].analyses.learning_rates


def at_learning_rate(parameters: Parameters, rate: float) -> Parameters:
    """The same with this learning rate for every cell of the chosen study, whatever the search gave each."""
    study = parameters.studies[parameters.study]
    tasks = {
        name: task.model_copy(update={"training": _at_rate(task.training, rate)}) for name, task in study.tasks.items()
    }
    studies = {**parameters.studies, parameters.study: study.model_copy(update={"tasks": tasks})}
    return parameters.model_copy(update={"studies": studies})


def _at_rate(training: Training, rate: float) -> Training:
    change = {"learning_rate": rate}
    tuned = {
        rule: {arch: chosen.model_copy(update=change) for arch, chosen in by_arch.items()}
        for rule, by_arch in training.tuned.items()
    }
    return training.model_copy(update={"default": training.default.model_copy(update=change), "tuned": tuned})


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


def search(parameters: Parameters) -> Search:
    """The chosen study's own search, or that of all studies."""
    return parameters.studies[parameters.study].search or parameters.search


def grid(search: Search) -> list[Hyperparameters]:
    """All points of the search grid."""
    return [Hyperparameters(learning_rate=rate, slope=slope) for rate in search.learning_rate for slope in search.slope]
