"""Jobs for tests: of a study by the name of their step, or of none."""

from pathlib import Path
from typing import Any

from snnlocality.parameters import Parameters
from snnlocality.study import catalogue
from snnlocality.study.step import Job, Step

AXES = ("task", "rule", "arch", "fold", "seed")


def job_of(parameters: Parameters, step: str, *run: Any, **key: Any) -> Job:
    """A job of a study; ``run``: task, rule, arch, fold and seed, as far as the step has them."""
    return catalogue.by_name()[step].job(parameters, **dict(zip(AXES, run, strict=False)), **key)


def bare_job(output: Path, step: str = "train", settings: dict | None = None, modules: tuple[str, ...] = ()) -> Job:
    """A job of no study, which reads nothing."""
    bare = Step(name=step, outputs={"made": ""})
    return Job(bare, {}, settings or {}, modules, {}, {}, {"made": output})
