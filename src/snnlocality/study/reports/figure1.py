"""Figure 1, drawn from the rules' declarations."""

from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import Key
from snnlocality.study.reported import of_rules, rule_modules
from snnlocality.study.step import Report


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """The rules, and what they say of themselves."""
    rules = params.rules(parameters)
    references = {rule: registry.load(params.RULES, rule).RULE.reference for rule in rules}
    return {**of_rules(parameters), "references": references}


STEP = Report(
    name="figure1",
    place=20,
    short="Figure 1",
    title="The methods, ordered by locality",
    lead="Drawn from what each learning rule declares: where its errors come from, by which weights, through what.",
    help="Draw Figure 1: the methods ordered by locality.",
    settings=settings,
    choices=rule_modules,
    outputs={"figure": "figure1.svg", "table": "figure1.csv"},
    entry="snnlocality.reports.figure1:render",
    params=("rules",),
)
