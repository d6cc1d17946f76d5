"""The Fisher information in one run's weights."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


@dataclass(frozen=True)
class Settings:
    """What decides the traces of a run's Fisher information."""

    run: params.RunSettings
    samples: int  # of the training part


STEP = Step(
    name="fisher",
    help="Measure the Fisher information in a run's weights, also along its training.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"], "milestones": train.STEP["milestones"]},
    settings=lambda p, key: Settings(train.run(p, key), params.analyses(p).fisher_samples),
    choices=lambda settings: train.choices(settings.run),
    outputs={"traces": f"fisher/{folders(RUN)}/fisher.csv"},
    uses=("engine",),
    minutes=40,
    group="measured",
    work=lambda work: work.sizes.fisher_samples * work.steps,
    params=("studies.{study}.analyses.fisher_samples",),
)
