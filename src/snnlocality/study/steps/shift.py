"""How far attacks move one run's representations."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.parameters.model import Fgsm, Representations
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


@dataclass(frozen=True)
class Settings:
    """What decides how far attacks move a run's representations."""

    run: params.RunSettings
    fgsm: Fgsm
    representations: Representations
    samples: int  # of the test part


STEP = Step(
    name="shift",
    help="Compare a run's representations of clean and of attacked samples (CKA).",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=lambda p, key: Settings(train.run(p, key), p.fgsm, p.representations, params.analyses(p).cka_samples),
    choices=lambda settings: (
        *train.choices(settings.run),
        *(registry.module_name(registry.ATTACKS, name) for name in settings.representations.attacks),
    ),
    outputs={"cka": f"shift/{folders(RUN)}/cka.csv"},
    uses=("engine",),
    minutes=40,
    group="measured",
    work=lambda work: work.sizes.cka_samples * work.steps,
    params=("fgsm", "representations", "studies.{study}.analyses.cka_samples"),
)
