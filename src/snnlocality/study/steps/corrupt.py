"""Test one run on corrupted recordings."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.parameters.model import Corruptions
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


@dataclass(frozen=True)
class Settings:
    """What decides the accuracies of a run on corrupted recordings."""

    run: params.RunSettings
    corruptions: Corruptions
    attacked_samples: int | None


STEP = Step(
    name="corrupt",
    help="Test a run on recordings with events added, missing, or moved in time.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=lambda p, key: Settings(train.run(p, key), p.corruptions, params.analyses(p).attacked_samples),
    choices=lambda settings: train.choices(settings.run),
    outputs={"accuracies": f"corrupt/{folders(RUN)}/accuracies.csv"},
    uses=("engine",),
    minutes=20,
    group="measured",
    work=lambda work: work.steps * min(work.tested, work.sizes.attacked_samples or work.samples),
    params=("corruptions", "studies.{study}.analyses"),
)
