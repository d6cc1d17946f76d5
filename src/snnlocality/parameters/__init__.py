"""params.yaml: its typed model, how it is read, the chosen study, and the settings of steps.

All science lives in params.yaml; how to run lives in the profiles.
"""

from snnlocality.parameters.chosen import (
    analyses,
    architectures,
    first_task,
    folds,
    grid,
    methods,
    rules,
    seeds,
    study_task,
    task_of,
    tasks,
)
from snnlocality.parameters.loading import check, load
from snnlocality.parameters.model import ARCHITECTURE_LABELS, LABELS, PARAMS, TASKS, Analyses, Parameters
from snnlocality.parameters.settings import conversion_settings, prepare_settings, train_settings, tutorial_settings
from snnlocality.registry import EXPERIMENTS, RULES, SURROGATES

__all__ = [
    "ARCHITECTURE_LABELS",
    "EXPERIMENTS",
    "LABELS",
    "PARAMS",
    "RULES",
    "SURROGATES",
    "TASKS",
    "Analyses",
    "Parameters",
    "analyses",
    "architectures",
    "check",
    "conversion_settings",
    "first_task",
    "folds",
    "grid",
    "load",
    "methods",
    "prepare_settings",
    "rules",
    "seeds",
    "study_task",
    "task_of",
    "tasks",
    "train_settings",
    "tutorial_settings",
]
