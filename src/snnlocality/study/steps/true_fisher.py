"""The true Fisher information in one run's weights, beside the empirical one."""

from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import fisher, prepare, train

STEP = Step(
    name="true_fisher",
    help="Measure the Fisher information in a run's weights with labels drawn from its own predictions.",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=fisher.STEP.settings,
    choices=fisher.STEP.choices,
    outputs={"traces": f"true_fisher/{folders(RUN)}/fisher.csv"},
    uses=("engine",),
    minutes=20,
    group="measured",
    work=fisher.STEP.work,
    params=fisher.STEP.params,
)
