"""Attack one run on the test part."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.parameters.model import Fgsm
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


@dataclass(frozen=True)
class Settings:
    """What decides the accuracies of a run under attack."""

    run: params.RunSettings
    fgsm: Fgsm
    attacked_samples: int | None  # of the test part; all of it if none is said


def attack_modules() -> tuple[str, ...]:
    """The modules of all attacks."""
    return tuple(registry.module_name(registry.ATTACKS, name) for name in registry.names(registry.ATTACKS))


STEP = Step(
    name="fgsm",
    help="Attack a trained run on the test part.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=lambda p, key: Settings(train.run(p, key), p.fgsm, params.analyses(p).attacked_samples),
    choices=lambda settings: (*train.choices(settings.run), *attack_modules()),
    outputs={
        "accuracies": f"fgsm/{folders(RUN)}/accuracies.csv",
        "right": f"fgsm/{folders(RUN)}/right.safetensors",
    },
    uses=("engine", "advance"),
    minutes=40,
    group="measured",
    work=lambda work: work.steps * min(work.tested, work.sizes.attacked_samples or work.samples),
    params=("fgsm", "studies.{study}.analyses"),
)
