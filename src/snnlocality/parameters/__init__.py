"""params.yaml: its typed model, how it is read, the chosen study, and the settings of steps.

All science lives in params.yaml; how to run lives in the profiles.
"""

from snnlocality.parameters.chosen import (
    analyses,
    architectures,
    first_recorded,
    folds,
    grid,
    labelled,
    methods,
    rules,
    seeds,
    source_of,
    study_task,
    task_of,
    tasks,
    trigger_of,
)
from snnlocality.parameters.loading import check, load
from snnlocality.parameters.model import ARCHITECTURE_LABELS, PARAMS, Analyses, Parameters
from snnlocality.parameters.settings import conversion_settings, prepare_settings, train_settings, tutorial_settings
from snnlocality.registry import EXPERIMENTS, RULES, SURROGATES

__all__ = [
    "ARCHITECTURE_LABELS",
    "EXPERIMENTS",
    "PARAMS",
    "RULES",
    "SURROGATES",
    "Analyses",
    "Parameters",
    "analyses",
    "architectures",
    "check",
    "conversion_settings",
    "first_recorded",
    "folds",
    "grid",
    "labelled",
    "load",
    "methods",
    "prepare_settings",
    "rules",
    "seeds",
    "source_of",
    "study_task",
    "task_of",
    "tasks",
    "train_settings",
    "trigger_of",
    "tutorial_settings",
]
