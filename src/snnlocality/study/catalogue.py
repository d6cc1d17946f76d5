"""All steps and reports, found by their files; all jobs of a study."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache

from snnlocality.parameters import Parameters
from snnlocality.study.step import Job, Output, Report, Step

STEPS, REPORTS = "snnlocality.study.steps", "snnlocality.study.reports"


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
    """All steps and reports."""
    return {step.name: step for step in (*steps(), *reports(), *optional_reports())}


def behind(parameters: Parameters, reports: Iterable[Report]) -> list[Step]:
    """The steps whose outputs reports rest on, each after those it reads itself."""
    found: dict[str, Step] = {}

    def add(step: Step) -> None:
        for read in inputs(parameters, step):
            add(read.step)
            if not isinstance(read.step, Report):
                found.setdefault(read.step.name, read.step)

    for report in reports:
        add(report)
    return list(found.values())


def inputs(parameters: Parameters, step: Step) -> Iterator[Output]:
    """What the jobs of a step read, each kind once."""
    for key in step.keys(parameters):
        yield from step.read(parameters, key).values()
        if not callable(step.inputs):
            return


def everything(parameters: Parameters) -> Iterator[Job]:
    """Every job of the study, each after those it reads: all that is rendered, and what it rests on."""
    for step in (*behind(parameters, reports()), *reports()):
        yield from step.jobs(parameters)


def extras(parameters: Parameters) -> Iterator[Job]:
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


def _found(package: str) -> list[Step]:
    """What the files of a package declare: every one has a ``STEP``, or ``STEPS``."""
    folder = importlib.import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(folder))
    files = [importlib.import_module(f"{package}.{name}") for name in names]
    return [step for file in files for step in getattr(file, "STEPS", None) or (file.STEP,)]
