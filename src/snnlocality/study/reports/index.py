"""The page that holds everything."""

from collections.abc import Mapping
from typing import Any

from snnlocality import parameters as params
from snnlocality.study import catalogue
from snnlocality.study.axes import Key
from snnlocality.study.reported import of_rules, of_tasks, rule_modules
from snnlocality.study.step import Output, Report
from snnlocality.study.steps import collect, fgsm, prepare


def _shown() -> list[Report]:
    return [report for report in catalogue.reports() if report is not STEP]


def inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
    """All that is rendered, and what runs there are."""
    rendered = {f"{report.name} {name}": report[name] for report in _shown() for name in report.outputs}
    return {**rendered, "runs": collect.STEP["runs"], "data": prepare.STEP["data"]}


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What the reports say of themselves."""
    shown = {
        report.name: {
            "section": report.section,
            "short": report.short,
            "title": report.title,
            "lead": report.lead,
            "folded": dict(report.folded),
            "outputs": list(report.outputs.values()),
            "module": report.entry.split(":")[0] if report.on_page else None,
        }
        for report in _shown()
    }
    return {**of_rules(parameters), **of_tasks(parameters, params.tasks(parameters)), "artifacts": shown}


STEP = Report(
    name="index",
    place=1000,
    short="Page",
    title="Everything on one page",
    lead="Tables, figures, claims and runs.",
    help="Write the page that holds everything.",
    inputs=inputs,
    settings=settings,
    choices=lambda settings: (
        *rule_modules(settings),
        *fgsm.attack_modules(),
        *(shown["module"] for shown in settings["artifacts"].values() if shown["module"]),
    ),
    outputs={"page": "index.html"},
    entry="snnlocality.reports.index:render",
    section="",
    params=("rules",),
)
