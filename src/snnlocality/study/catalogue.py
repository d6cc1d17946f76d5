"""All steps and reports, found by their files; all jobs of a study."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from snnlocality.parameters import Parameters
from snnlocality.study.step import Job, Report, Step

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
def optional() -> tuple[Step, ...]:
    """What is made only for who asks."""
    return tuple(step for step in (*steps(), *_found(REPORTS)) if step.optional)


def by_name() -> dict[str, Step]:
    """All steps and reports."""
    return {step.name: step for step in (*steps(), *reports(), *optional())}


def everything(parameters: Parameters) -> Iterator[Job]:
    """Every job of the study, each after those it reads; what is optional is left out."""
    for step in (*steps(), *reports()):
        if not step.optional:
            yield from step.jobs(parameters)


def extras(parameters: Parameters) -> Iterator[Job]:
    """The jobs that are made only for who asks."""
    for step in optional():
        yield from step.jobs(parameters)


def captions(study: str) -> dict[str, str]:
    """What is said below every report of a study."""
    return {
        report.name: f"**{report.title}** (study {study}). {report.lead}"
        for report in by_name().values()
        if isinstance(report, Report)
    }


def job_of(parameters: Parameters, path: Path) -> Job | None:
    """The job that makes a file."""
    every = (*everything(parameters), *extras(parameters))
    return next((job for job in every if path in (*job.output_paths, job.record)), None)


def _found(package: str) -> list[Step]:
    """What the files of a package declare; every one has a ``STEP``."""
    folder = importlib.import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(folder))
    return [importlib.import_module(f"{package}.{name}").STEP for name in names]
