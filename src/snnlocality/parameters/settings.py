"""The settings of runs: the part of params.yaml that can change a result, and nothing more.

A step's own settings are declared beside it (``study.steps``), and those of what it measures are among them. They are
what a rerun is decided by, and what a step's record keeps.
"""

from dataclasses import dataclass

from snnlocality import registry
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.rule import ErrorSource
from snnlocality.parameters.chosen import network_of, scaled, study_task, task_of
from snnlocality.parameters.model import Hyperparameters, NeuronParameters, Parameters
from snnlocality.registry import RULES
from snnlocality.typed import TimeConstants


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """What decides a network, besides the data that it is for and its weights."""

    architecture: str  # its kind: ff, rec or ff_matched
    hidden: tuple[int, ...]  # neurons of each hidden layer
    direct_readout: bool  # whether the readout hears all layers
    time_constants_ms: TimeConstants
    neuron: NeuronParameters
    slope: float  # of the surrogate derivative


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """What decides a run, besides data."""

    task: str
    rule: str
    network: NetworkSettings
    optimisation: Optimisation
    fold: int
    seed: int


def run_settings(
    parameters: Parameters,
    task: str,
    rule: str,
    architecture: str,
    fold: int = 0,
    seed: int = 0,
    hyperparameters: Hyperparameters | None = None,
) -> RunSettings:
    """Those of a run of the study, or with other hyper-parameters than its cell's own.

    Raises UserError for a task, rule or architecture that the study does not have.
    """
    declared = registry.load(RULES, rule)
    model, training = task_of(parameters, task), study_task(parameters, task).training
    chosen = hyperparameters or training.hyperparameters(rule, architecture)
    surrogate, slope = declared.surrogate or (parameters.neuron.surrogate, chosen.slope)
    return RunSettings(
        task=task,
        rule=rule,
        network=network_settings(parameters, task, architecture, surrogate, slope, declared.direct_readout),
        optimisation=Optimisation(
            loss=model.loss.readout,
            # Not part of what decides the run of a rule that has no local losses.
            local_loss=model.loss.local if declared.source is ErrorSource.LOCAL or declared.local_losses else None,
            epochs=scaled(training.epochs, parameters.scale),
            batch_size=training.batch_size,
            learning_rate=chosen.learning_rate,
        ),
        fold=fold,
        seed=seed,
    )


def network_settings(
    parameters: Parameters, task: str, architecture: str, surrogate: str, slope: float, direct_readout: bool = False
) -> NetworkSettings:
    """Those of a task's networks of this architecture; raises UserError if it has none of that name."""
    model = task_of(parameters, task)
    kind, hidden = network_of(parameters, task, architecture)
    return NetworkSettings(
        architecture=kind,
        hidden=hidden,
        direct_readout=direct_readout,
        time_constants_ms=model.time_constants_ms,
        neuron=parameters.neuron.model_copy(update={"surrogate": surrogate}),
        slope=slope,
    )
