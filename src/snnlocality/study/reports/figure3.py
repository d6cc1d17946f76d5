"""Figure 3: how far attacks move representations."""

from snnlocality.study.needs import one_label
from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import fgsm, prepare, shift

STEP = Report(
    name="figure3",
    place=90,
    short="Figure 3",
    title="How far attacks move representations",
    lead="CKA of clean and attacked input, recurrent minus feed-forward; and whether similarity goes with accuracy.",
    needs=one_label,
    inputs={"shift": shift.STEP["cka"], "attacked": fgsm.STEP["accuracies"], "data": prepare.STEP["data"]},
    settings=lambda parameters, key: on_recordings(parameters),
    choices=lambda settings: (*rule_modules(settings), *fgsm.attack_modules()),
    outputs={
        "figure": "figure3.svg",
        "table": "figure3.csv",
        "association_figure": "figure3_association.svg",
        "association_table": "figure3_association.csv",
    },
    folded={"figure3_association.svg": "Does lost similarity go with lost accuracy?"},
    params=("rules",),
)
