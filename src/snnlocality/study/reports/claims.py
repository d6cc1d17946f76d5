"""A verdict on every claim."""

from collections.abc import Mapping
from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.claims.asked import PAPERS_TRIGGER
from snnlocality.study.axes import Key
from snnlocality.study.reported import OfBoth, of_both, rule_modules
from snnlocality.study.step import Output, Report
from snnlocality.study.steps import backdoor, cka, collect, equal_rate, evaluate, fgsm, fisher, prepare, shift, tutorial

EXPERIMENTS = ("landscape", "convolution", "superspike", "exactness", "surrogates")  # that claims ask
MEASURED = {
    "runs": collect.STEP["runs"],
    "right": evaluate.STEP["right"],
    "attacked": fgsm.STEP["right"],
    "shift": shift.STEP["cka"],
    "traces": fisher.STEP["traces"],
    "poisoned": backdoor.STEP["metrics"].of(trigger=PAPERS_TRIGGER),
    "cka": cka.STEP["cka"],
}


def at_equal_rate(name: str) -> str:
    """The name of the input that is the same at equal learning rates."""
    return f"{name}_equal_rate"


def asked(parameters: params.Parameters) -> tuple[str, ...]:
    """The tutorial's experiments that claims ask, without those that the study cannot have."""
    return tuple(name for name in EXPERIMENTS if name in params.experiments(parameters))


def inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
    """What is measured, at the cells' own learning rates and at equal ones, and the tutorial's experiments."""
    at_rates = {
        at_equal_rate(name): read._replace(step=equal_rate.BY_STEP[read.step]) for name, read in MEASURED.items()
    }
    experiments = {one: tutorial.STEP["found"].of(experiment=one) for one in asked(parameters)}
    return {**MEASURED, **at_rates, **experiments, "data": prepare.STEP["data"]}


def files_of_claims(followup: str | None) -> tuple[str, ...]:
    """The modules that declare the claims of a study."""
    if followup:
        return (registry.module_name(registry.FOLLOWUPS, followup),)
    return tuple(registry.module_name(registry.CLAIMS, name) for name in registry.names(registry.CLAIMS))


@dataclass(frozen=True, kw_only=True)
class Settings(OfBoth):
    """What the ledger says of the study, and what it asks."""

    experiments: tuple[str, ...]
    learning_rates: tuple[float, ...]  # at which all cells were trained once more
    looks: tuple[int, ...]  # numbers of seeds at which the study is looked at; none: at the end
    followup: str | None  # whose claims are asked in the place of the ledger's


def settings(parameters: params.Parameters) -> Settings:
    """Those of the study."""
    return Settings(
        **vars(of_both(parameters, params.tasks(parameters))),
        experiments=asked(parameters),
        learning_rates=params.equal_rates(parameters),
        looks=params.analyses(parameters).looks,
        followup=params.analyses(parameters).followup,
    )


STEP = Report(
    name="claims",
    place=300,
    short="Claims",
    title="The papers' claims",
    lead="A verdict on each.",
    inputs=inputs,
    static_inputs=("table2.csv", "table3.csv", "table4.csv"),
    settings=lambda parameters, key: settings(parameters),
    choices=lambda settings: (*rule_modules(settings), *files_of_claims(settings.followup)),
    outputs={"table": "claims.csv", "text": "claims.md", "page": "claims.html", "contrasts": "claims_contrasts.csv"},
    section="claims",
    params=("rules", "studies.{study}.analyses"),
)
