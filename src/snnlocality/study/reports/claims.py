"""A verdict on every claim."""

from snnlocality import registry
from snnlocality.study.reported import on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import backdoor, cka, collect, fgsm, fisher, prepare, shift, tutorial

EXPERIMENTS = ("landscape", "convolution", "superspike", "exactness", "surrogates")  # that claims ask

STEP = Report(
    name="claims",
    place=300,
    short="Claims",
    title="The papers' claims",
    lead="A verdict on each.",
    help="Test every claim of the paper on its own numbers and on ours.",
    inputs={
        "runs": collect.STEP["runs"],
        "attacked": fgsm.STEP["accuracies"],
        "shift": shift.STEP["cka"],
        "traces": fisher.STEP["traces"],
        "poisoned": backdoor.STEP["metrics"],
        "cka": cka.STEP["cka"],
        **{experiment: tutorial.STEP["found"].of(experiment=experiment) for experiment in EXPERIMENTS},
        "data": prepare.STEP["data"],
    },
    static_inputs=("table2.csv", "table3.csv", "table4.csv"),
    settings=lambda parameters, key: {**on_recordings(parameters), "experiments": list(EXPERIMENTS)},
    choices=lambda settings: (
        *rule_modules(settings),
        *(registry.module_name(registry.CLAIMS, name) for name in registry.names(registry.CLAIMS)),
    ),
    outputs={"table": "claims.csv", "text": "claims.md", "page": "claims.html"},
    entry="snnlocality.reports.claims:render",
    section="claims",
    params=("rules", "studies.{study}.analyses"),
)
