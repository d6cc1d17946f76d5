"""Figure 1, drawn from the rules' declarations."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import Key
from snnlocality.study.reported import OfRules, of_rules, rule_modules
from snnlocality.study.step import Report


@dataclass(frozen=True, kw_only=True)
class Settings(OfRules):
    """The rules, and what they say of themselves."""

    references: dict[str, str]


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    references = {rule: registry.load(params.RULES, rule).reference for rule in params.rules(parameters)}
    return Settings(**vars(of_rules(parameters)), references=references)


STEP = Report(
    name="figure1",
    place=20,
    short="Figure 1",
    title="The methods, by their locality in space and in time",
    lead="Drawn from what each rule declares: where its errors come from, by which weights, how far back in time.",
    settings=settings,
    choices=rule_modules,
    outputs={"figure": "figure1.svg", "table": "figure1.csv"},
    params=("rules",),
)
