"""params.yaml: its typed model, how it is read, the chosen study, and the settings of runs.

All science lives in params.yaml; how to run lives in the profiles.
"""

from snnlocality.parameters.chosen import (
    analyses,
    architecture_labels,
    architectures,
    at_learning_rate,
    equal_rates,
    experiment,
    experiments,
    folds,
    grid,
    labelled,
    methods,
    network_of,
    pairs,
    recorded_for,
    rules,
    scaled,
    search,
    seeds,
    seeds_of_step,
    source_of,
    study_task,
    task_of,
    tasks,
    trigger_of,
)
from snnlocality.parameters.loading import check, load
from snnlocality.parameters.model import ARCHITECTURE_LABELS, PARAMS, Analyses, Parameters, architecture_label
from snnlocality.parameters.settings import NetworkSettings, RunSettings, network_settings, run_settings
from snnlocality.registry import EXPERIMENTS, NEURONS, RULES, SURROGATES
