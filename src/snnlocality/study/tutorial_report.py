"""What all reports of the tutorial have in common: a figure and the table behind it, from experiments."""

from collections.abc import Mapping
from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import Key
from snnlocality.study.step import Output, Report
from snnlocality.study.steps import tutorial


def tutorial_report(
    name: str,
    experiments: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    surrogates: tuple[str, ...] = (),
    **said: Any,
) -> Report:
    """A report of the tutorial: the experiments it rests on, the rules and surrogates it draws, what is said of it."""
    chosen = [registry.module_name(params.RULES, rule) for rule in rules]
    chosen += [registry.module_name(params.SURROGATES, surrogate) for surrogate in surrogates]

    def inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
        found = {one: tutorial.STEP["found"].of(experiment=one) for one in experiments}
        # Prepared recordings tell whether they are simulated.
        for one in experiments:
            found |= tutorial.STEP.read(parameters, {"experiment": one})
        return found

    def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
        return {
            "study": parameters.label,
            "experiments": [tutorial.STEP.settings(parameters, {"experiment": one}) for one in experiments],
            "choices": chosen,
            "methods": params.methods(rules),
        }

    module = f"snnlocality.reports.tutorial.{name}"
    return Report(
        name=f"tutorial_{name}",
        inputs=inputs,
        settings=settings,
        choices=lambda settings: (module, *settings["choices"]),
        outputs={"figure": f"tutorial/{name}.svg", "table": f"tutorial/{name}.csv"},
        entry="snnlocality.reports.tutorial.rendering:render",
        section="tutorial",
        stage="tutorial",
        **said,
    )
