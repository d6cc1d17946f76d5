"""The Fisher information in one run's weights."""

from snnlocality import parameters as params
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

STEP = Step(
    name="fisher",
    help="Measure the Fisher information in a run's weights, also along its training.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"], "milestones": train.STEP["milestones"]},
    settings=lambda parameters, key: {
        **train.settings(parameters, key),
        "samples": params.analyses(parameters).fisher_samples,
    },
    choices=train.choices,
    outputs={"traces": f"fisher/{folders(RUN)}/fisher.csv"},
    entry="snnlocality.steps.fisher:run",
    uses=("engine",),
    minutes=40,
    group="measured",
    work=lambda work: work.sizes.fisher_samples * work.steps,
    params=("studies.{study}.analyses.fisher_samples",),
)
