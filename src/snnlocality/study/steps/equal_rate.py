"""Every step on trained networks once more, with all cells at one learning rate.

Cells that are compared at the rates that the search gave each may differ by these rates. So whoever claims something of
a rule or of recurrence shows it at equal rates too; a study says at which (``analyses.learning_rates``).
"""

from dataclasses import replace
from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import LEARNING_RATE, Key
from snnlocality.study.step import Step
from snnlocality.study.steps import (
    backdoor,
    cka,
    collect,
    corrupt,
    descend,
    evaluate,
    fgsm,
    fisher,
    shift,
    train,
    transfer,
    true_fisher,
)

_FOLDER = f"equal_rate/{LEARNING_RATE.prefix}{{{LEARNING_RATE.name}}}"


def _made() -> dict[Step, Step]:
    """The steps by those that they are like, each after those it reads."""
    made: dict[Step, Step] = {}
    for step in (train, evaluate, collect, fgsm, transfer, descend, corrupt, shift, cka, fisher, true_fisher, backdoor):
        made[step.STEP] = _at_equal_rate(step.STEP, made)
    return made


def _at_equal_rate(step: Step, made: dict[Step, Step]) -> Step:
    assert not callable(step.inputs)

    def settings(parameters: params.Parameters, key: Key) -> Any:
        return step.settings(params.at_learning_rate(parameters, key[LEARNING_RATE.name]), key)

    return replace(
        step,
        name=f"{step.name}_equal_rate",
        help=f"{step.help.rstrip('.')}, with all cells at one learning rate.",
        entry=step.computed_by,
        axes=(LEARNING_RATE, *step.axes),
        inputs={name: read._replace(step=made.get(read.step, read.step)) for name, read in step.inputs.items()},
        settings=settings,
        outputs={name: f"{_FOLDER}/{path}" for name, path in step.outputs.items()},
        params=(*step.params, "studies.{study}.analyses"),
        like=step,
    )


BY_STEP = _made()
STEPS = tuple(BY_STEP.values())
