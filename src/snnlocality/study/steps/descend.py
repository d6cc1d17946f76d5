"""Attack one run by an ensemble of white-box descents."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.parameters.model import Robust
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import fgsm, prepare, train


@dataclass(frozen=True)
class Settings:
    """What decides what of a run withstands all attacks."""

    run: params.RunSettings
    robust: Robust
    attacked_samples: int | None


STEP = Step(
    name="descend",
    help="Attack a run by white-box descents of several kinds, on what withstood all attacks of Table 3.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"], "right": fgsm.STEP["right"]},
    settings=lambda p, key: Settings(train.run(p, key), p.robust, params.analyses(p).attacked_samples),
    choices=lambda settings: (
        *train.choices(settings.run),
        *(registry.module_name(registry.SURROGATES, name) for name in settings.robust.surrogates),
    ),
    outputs={
        "accuracies": f"descend/{folders(RUN)}/accuracies.csv",
        "right": f"descend/{folders(RUN)}/right.safetensors",
    },
    uses=("engine", "advance"),
    minutes=60,
    group="measured",
    work=lambda work: work.steps * min(work.tested, work.sizes.attacked_samples or work.samples),
    params=("robust", "studies.{study}.analyses"),
)
