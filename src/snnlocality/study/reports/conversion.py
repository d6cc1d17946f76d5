"""The accuracy of converted networks."""

from snnlocality.study.needs import fitting, one_label
from snnlocality.study.reported import of_tasks
from snnlocality.study.step import Report
from snnlocality.study.steps import convert, prepare

STEP = Report(
    name="conversion",
    place=60,
    short="Conversion",
    title="Converted networks over time",
    lead="ReLU networks turned into spiking ones by three ways to balance thresholds; leaky neurons as the control.",
    needs=one_label,
    inputs={"accuracies": convert.STEP["accuracies"], "data": prepare.STEP["data"]},
    settings=lambda parameters, key: of_tasks(parameters, fitting(parameters)),
    outputs={"figure": "conversion.svg", "table": "conversion.csv"},
    params=("tasks.{task}",),
)
