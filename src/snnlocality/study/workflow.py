"""What Snakemake's rules ask of the steps while the workflow runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from snnlocality.parameters import Parameters
from snnlocality.provenance import keeping, memory, raw
from snnlocality.provenance.environment import installed_versions
from snnlocality.study import catalogue
from snnlocality.study.axes import CELL, FOLD
from snnlocality.study.step import Job
from snnlocality.study.steps import train

OfWildcards = Callable[[Any], Any]


class Study:
    """The jobs of a study by step and wildcards, each made once."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._jobs: dict[tuple[Any, ...], Job[Any]] = {}
        self._kept = keeping.kept(parameters)
        self.libraries = memory.as_text(installed_versions())

    def job(self, step: str, wildcards: Any) -> Job[Any]:
        """The job of a step that has these wildcards."""
        found = catalogue.by_name()[step]
        key = {axis.name: axis.kind(getattr(wildcards, axis.name)) for axis in found.axes}
        identity = (step, *key.values())
        if identity not in self._jobs:
            self._jobs[identity] = found.job(self._parameters, **key)
        return self._jobs[identity]

    def runs_of_cell(self, wildcards: Any) -> list[Job[Any]]:
        """The trainings of all seeds of a cell and a fold."""
        key = {axis.name: axis.kind(getattr(wildcards, axis.name)) for axis in (*CELL, FOLD)}
        return list(train.STEP.jobs(self._parameters, **key))

    def input_of(self, step: str, name: str) -> OfWildcards:
        """An input that is many files: what other steps make for all of the study."""
        return lambda wildcards: self.inputs_of(step)(wildcards)[name]

    def inputs_of(self, step: str) -> OfWildcards:
        """All inputs by name, where the parameters decide which there are; each file once.

        Snakemake would remember a file that has two names twice, and take that for a change.
        """

        def inputs(wildcards: Any) -> dict[str, Any]:
            files: dict[str, Any] = {}
            seen: set[Path] = set()
            for name, one in self.job(step, wildcards).inputs.items():
                paths = list(one.values()) if isinstance(one, dict) else [one]
                new = [str(path) for path in paths if path not in seen]
                seen.update(paths)
                files[name] = new if isinstance(one, dict) or not new else new[0]
            return files

        return inputs

    def lost(self, job: Job[Any]) -> list[str]:
        """Inputs that are gone, though somebody may ask for them: a result that is kept in Git does well without."""
        return [] if str(job.record) in self._kept else job.lost

    def params_of(self, step: str) -> dict[str, Any]:
        """Parameters of a rule, the same of every kind: what decides beside inputs.

        A change of settings, code or libraries, and nothing else, redoes it. ``lost`` lists inputs that are gone:
        Snakemake would compute them only if their reader ran for another reason. ``raw`` lists raw files that are
        others than those the data were prepared from: they lie anywhere, and are too many to be inputs.
        """

        def changed_raw_files(wildcards: Any) -> list[str]:
            job = self.job(step, wildcards)
            return raw.changed(job.raw, job.record) if job.raw else []

        return {
            "study": self._parameters.label,
            "step": step,
            "settings": lambda wildcards: self.job(step, wildcards).settings_text,
            "code": lambda wildcards: self.job(step, wildcards).code,
            "libraries": self.libraries,
            "lost": lambda wildcards: self.lost(self.job(step, wildcards)),
            "raw": changed_raw_files if catalogue.by_name()[step].raw else [],
        }


def retried(amount: int) -> Callable[[Any, int], int]:
    """Memory or time that a job asks for; when it is tried again, so much more."""
    return lambda wildcards, attempt: amount * attempt
