"""All rules of the study side by side, by all that is measured of them."""

from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import backdoor, cka, collect, fgsm, prepare

STEP = Report(
    name="spectrum",
    place=110,
    short="Spectrum",
    title="The study's rules from global to local",
    lead="What each step towards locality costs: accuracy, robustness, direction of the gradient, operations.",
    inputs={
        "runs": collect.STEP["runs"],
        "attacked": fgsm.STEP["accuracies"],
        "poisoned": backdoor.STEP["metrics"],
        "cka": cka.STEP["cka"],
        "data": prepare.STEP["data"],
    },
    settings=lambda parameters, key: on_recordings(parameters),
    choices=lambda settings: (*rule_modules(settings), *fgsm.attack_modules()),
    outputs={"figure": "spectrum.svg", "table": "spectrum.csv"},
    params=("rules", "studies.{study}.analyses"),
)
