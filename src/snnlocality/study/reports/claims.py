"""A verdict on every claim."""

from dataclasses import dataclass

from snnlocality import registry
from snnlocality.study.reported import OfBoth, on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import backdoor, cka, collect, fgsm, fisher, prepare, shift, tutorial

EXPERIMENTS = ("landscape", "convolution", "superspike", "exactness", "surrogates")  # that claims ask


@dataclass(frozen=True, kw_only=True)
class Settings(OfBoth):
    """What the ledger says of the study, and what it asks."""

    experiments: tuple[str, ...]


STEP = Report(
    name="claims",
    place=300,
    short="Claims",
    title="The papers' claims",
    lead="A verdict on each.",
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
    settings=lambda parameters, key: Settings(**vars(on_recordings(parameters)), experiments=EXPERIMENTS),
    choices=lambda settings: (
        *rule_modules(settings),
        *(registry.module_name(registry.CLAIMS, name) for name in registry.names(registry.CLAIMS)),
    ),
    outputs={"table": "claims.csv", "text": "claims.md", "page": "claims.html"},
    section="claims",
    params=("rules", "studies.{study}.analyses"),
)
