"""The page that holds everything."""

from collections.abc import Mapping
from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study import catalogue
from snnlocality.study.axes import Key
from snnlocality.study.reported import OfRules, of_rules, rule_modules
from snnlocality.study.step import Output, Report
from snnlocality.study.steps import collect, fgsm, prepare


def _shown() -> list[Report]:
    return [report for report in catalogue.reports() if report is not STEP]


def inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
    """All that is rendered, and what runs there are."""
    rendered = {f"{report.name} {name}": report[name] for report in _shown() for name in report.outputs}
    return {**rendered, "runs": collect.STEP["runs"], "data": prepare.STEP["data"]}


@dataclass(frozen=True)
class Artifact:
    """What a report says of itself."""

    section: str
    short: str
    title: str
    lead: str
    folded: Mapping[str, str]
    outputs: tuple[str, ...]
    module: str | None  # that lays its tables out for the page


@dataclass(frozen=True, kw_only=True)
class Settings(OfRules):
    """What the page says of the study and of all that it shows."""

    artifacts: dict[str, Artifact]


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    shown = {
        report.name: Artifact(
            report.section,
            report.short,
            report.title,
            report.lead,
            report.folded,
            tuple(report.outputs.values()),
            report.modules[0] if report.on_page else None,
        )
        for report in _shown()
    }
    return Settings(**vars(of_rules(parameters)), artifacts=shown)


STEP = Report(
    name="index",
    place=1000,
    short="Page",
    title="Everything on one page",
    lead="Tables, figures, claims and runs.",
    inputs=inputs,
    settings=settings,
    choices=lambda settings: (
        *rule_modules(settings),
        *fgsm.attack_modules(),
        *(shown.module for shown in settings.artifacts.values() if shown.module),
    ),
    outputs={"page": "index.html"},
    section="",
    params=("rules",),
)
