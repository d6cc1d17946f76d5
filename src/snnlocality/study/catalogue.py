"""All steps and reports, found by their files; all jobs of a study."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from snnlocality import registry
from snnlocality.errors import UserError
from snnlocality.parameters import Parameters
from snnlocality.registry import REPORTS, STEPS
from snnlocality.study.step import Job, Output, Report, Step


@cache
def steps() -> tuple[Step, ...]:
    """All steps that compute, each after those it reads."""
    ordered: dict[str, Step] = {}

    def add(step: Step) -> None:
        for read in () if callable(step.inputs) else step.inputs.values():
            add(read.step)
        ordered.setdefault(step.name, step)

    for step in _found(STEPS):
        add(step)
    return tuple(ordered.values())


@cache
def reports() -> tuple[Report, ...]:
    """All that is rendered in every study, in the order of the page."""
    found = [report for report in _found(REPORTS) if isinstance(report, Report) and not report.optional]
    return tuple(sorted(found, key=lambda report: report.place))


@cache
def optional_reports() -> tuple[Report, ...]:
    """What is rendered only for who asks."""
    return tuple(report for report in _found(REPORTS) if isinstance(report, Report) and report.optional)


@cache
def by_name() -> dict[str, Step]:
    """All steps and reports; raises UserError where a plugin's has the name of another."""
    found: dict[str, Step] = {}
    for step in (*steps(), *reports(), *optional_reports()):
        if found.setdefault(step.name, step) is not step:
            raise UserError(f"Two steps are called '{step.name}', of which a plugin has one; give it another name.")
    return found


def behind(parameters: Parameters, reports: Iterable[Report]) -> list[Step]:
    """The steps whose outputs reports rest on, each after those it reads itself."""
    found: dict[Step, None] = {}  # in their order, with the reports

    def add(step: Step) -> None:
        if step not in found:
            for read in inputs(parameters, step):
                add(read.step)
            found[step] = None

    for report in reports:
        add(report)
    return [step for step in found if not isinstance(step, Report)]


def inputs(parameters: Parameters, step: Step) -> Iterator[Output]:
    """What the jobs of a step read, each kind once."""
    for key in step.keys(parameters):
        yield from step.read(parameters, key).values()
        if not callable(step.inputs):
            return


def everything(parameters: Parameters) -> Iterator[Job[Any]]:
    """Every job of the study, each after those it reads: all that is rendered, and what it rests on."""
    for step in (*behind(parameters, reports()), *reports()):
        yield from step.jobs(parameters)


def extras(parameters: Parameters) -> Iterator[Job[Any]]:
    """The jobs that are made only for who asks: no report of every study rests on them."""
    needed = behind(parameters, reports())
    for step in (*(step for step in steps() if step not in needed), *optional_reports()):
        yield from step.jobs(parameters)


def captions(study: str) -> dict[str, str]:
    """What is said below every report of a study."""
    return {
        report.name: f"**{report.title}** (study {study}). {report.lead}"
        for report in by_name().values()
        if isinstance(report, Report)
    }


def plugged_in() -> tuple[Step, ...]:
    """The steps and reports that are plugins (``plugins``)."""
    return tuple(
        step
        for package in (STEPS, REPORTS)
        for name in registry.names(package)
        if name not in registry.own(package)
        for step in _of_file(package, name)
    )


def _found(package: str) -> list[Step]:
    """What the files of a package declare: every one has a ``STEP``, or ``STEPS``."""
    return [step for name in registry.names(package) for step in _of_file(package, name)]


def _of_file(package: str, name: str) -> list[Step]:
    declared = registry.load(package, name)
    steps = list(declared) if isinstance(declared, (tuple, list)) else [declared]
    kind = Report if package == REPORTS and name not in registry.own(package) else Step
    for step in steps:
        if not isinstance(step, kind):
            raise UserError(f"{registry.file_of(package, name)} declares {step!r}, which is no {kind.__name__}.")
    return steps
