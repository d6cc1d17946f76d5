"""Networks trained at chosen firing rates, and what is measured of them: is a rule robust, or its rate?"""

from dataclasses import dataclass, replace

from snnlocality import parameters as params
from snnlocality.study.axes import FIRING_RATE, Key
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import descend, evaluate, fgsm, train

_FOLDER = f"activity/{FIRING_RATE.prefix}{{{FIRING_RATE.name}}}"


@dataclass(frozen=True)
class Settings:
    """What decides a run that is pulled to a firing rate."""

    run: params.RunSettings
    firing_rate: float
    strength: float


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    return Settings(train.run(parameters, key), key[FIRING_RATE.name], parameters.activity.strength)


TRAIN = replace(
    train.STEP,
    name="train_at_activity",
    help="Train one run, with its hidden layers pulled to one firing rate.",
    entry="snnlocality.steps.activity:run",
    axes=(FIRING_RATE, *train.STEP.axes),
    needs=one_label,
    settings=settings,
    choices=lambda settings: train.choices(settings.run),
    outputs={name: f"{_FOLDER}/{path}" for name, path in train.STEP.outputs.items()},
    epochs=lambda settings: settings.run.optimisation.epochs,
    minutes=60,
    params=(*train.STEP.params, "activity", "studies.{study}.analyses"),
    like=train.STEP,
)


def _made() -> dict[Step, Step]:
    made = {train.STEP: TRAIN}
    for step in (evaluate.STEP, fgsm.STEP, descend.STEP):
        assert not callable(step.inputs)
        made[step] = replace(
            step,
            name=f"{step.name}_at_activity",
            help=f"{step.help.rstrip('.')}, its hidden layers pulled to one firing rate.",
            entry=step.computed_by,
            axes=(FIRING_RATE, *step.axes),
            needs=one_label,
            inputs={name: read._replace(step=made.get(read.step, read.step)) for name, read in step.inputs.items()},
            outputs={name: f"{_FOLDER}/{path}" for name, path in step.outputs.items()},
            params=(*step.params, "activity", "studies.{study}.analyses"),
            like=step,
        )
    return made


BY_STEP = _made()
STEPS = tuple(BY_STEP.values())
