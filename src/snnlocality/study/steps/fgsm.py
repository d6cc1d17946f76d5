"""Attack one run on the test part."""

from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import RUN, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What decides the run, and the attacks."""
    return {
        **train.settings(parameters, key),
        "fgsm": parameters.fgsm.model_dump(mode="json"),
        "attacked_samples": params.analyses(parameters).attacked_samples,
    }


def attack_modules() -> tuple[str, ...]:
    """The modules of all attacks."""
    return tuple(registry.module_name(registry.ATTACKS, name) for name in registry.names(registry.ATTACKS))


STEP = Step(
    name="fgsm",
    help="Attack a trained run on the test part.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=settings,
    choices=lambda settings: (*train.choices(settings), *attack_modules()),
    outputs={"accuracies": f"fgsm/{folders(RUN)}/accuracies.csv"},
    entry="snnlocality.steps.fgsm:run",
    uses=("engine", "advance"),
    minutes=40,
    group="measured",
    work=lambda work: work.steps * min(work.tested, work.sizes.attacked_samples or work.samples),
    params=("fgsm", "studies.{study}.analyses"),
)
