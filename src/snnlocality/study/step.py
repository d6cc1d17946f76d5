"""A step as a value: what it is called, differs by, reads, writes and rests on. A job is one execution of one step."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic_core import to_jsonable_python

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.errors import UserError
from snnlocality.parameters import Parameters
from snnlocality.paths import DATA_FILE, REPORTS, RESULTS
from snnlocality.provenance.closure import code_digest
from snnlocality.study.axes import SEED, TASK, Axis, Key, Values, written
from snnlocality.study.needs import Need, fitting, nothing

PUBLISHED = Path("published")

Settings = TypeVar("Settings")

# The engines' code belongs to every step that uses one; which engine computes is no part of a job.
_ENGINES = "snnlocality.engines.choice"

# One path, or one for each combination of values of the axes that the reader lacks, in the order of the axes.
Inputs = dict[str, Path | dict[Values, Path]]


class Output(NamedTuple):
    """A step's output as an input of another: for the reader's own values of the axes, else for all of the study."""

    step: "Step"
    name: str
    key: Mapping[str, Any] = {}  # values that are fixed, or a function of the parameters and the reader's key

    def of(self, **key: Any) -> "Output":
        """The same for these values alone."""
        return self._replace(key={**self.key, **key})


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One kind of job."""

    name: str  # of the command, of Snakemake's rule, of the record
    help: str = ""  # one sentence
    entry: str = ""  # module and function that compute, if not ``run`` of the file of steps/ with this name
    # By name: paths below results/{study}, to be filled in with the axes; the main one first.
    outputs: Mapping[str, str]
    # A value of all that decides the outputs, besides code and inputs.
    settings: Callable[[Parameters, Key], Any] = lambda parameters, key: {}
    axes: tuple[Axis, ...] = ()
    needs: Need = nothing  # what a task must have, or it has no such jobs
    inputs: Mapping[str, Output] | Callable[[Parameters, Key], Mapping[str, Output]] = field(default_factory=dict)
    static_inputs: tuple[str, ...] = ()  # files of published/
    choices: Callable[[Any], Iterable[str]] = lambda settings: ()  # modules that settings choose by name
    uses: tuple[str, ...] = ()  # of the means in ``study.execution``
    epochs: Callable[[Any], int] | None = None  # of the training that it reports on, by its settings
    raw: Callable[[Any], str | None] | None = None  # folder of raw files below the data folder
    memory_mb: int = 2000
    minutes: int = 10
    local: bool = False  # so short that it is no job of a cluster
    group: str | None = None  # of jobs that a cluster runs together
    work: Callable[["Work"], float] = lambda work: 1.0  # how much one job is: a number that makes studies comparable
    params: tuple[str, ...] = ()  # tables of params.yaml that its settings are from; {study} and {task} are filled in
    like: "Step | None" = None  # the step that this one is, but for the values of an axis
    stage: str | None = None  # of dvc.yaml, if not one of its own (reports) or that of its first reader

    def __getitem__(self, output: str) -> Output:
        """An output as another step's input."""
        assert output in self.outputs
        return Output(self, output)

    @property
    def folder(self) -> str:
        """Where the outputs lie, to be filled in with the study and the axes."""
        return f"{RESULTS}/{{study}}"

    @property
    def sentence(self) -> str:
        """What it does."""
        return self.help

    @property
    def computed_by(self) -> str:
        """Module and function that compute: given the job, and what the step uses by name."""
        return self.entry or f"snnlocality.steps.{self.name}:run"

    @property
    def modules(self) -> tuple[str, ...]:
        """Entry points of the code closure that do not depend on settings."""
        module = self.computed_by.split(":")[0]
        return (module, _ENGINES) if "engine" in self.uses else (module,)

    def template(self, output: str) -> str:
        """An output's path, to be filled in with the study and the axes."""
        return f"{self.folder}/{self.outputs[output]}"

    @property
    def record_template(self) -> str:
        """The record's path, likewise: beside the main output."""
        return str(Path(self.template(next(iter(self.outputs)))).with_name(f"{self.name}.record.json"))

    def path(self, output: str, study: str, key: Mapping[str, Any]) -> Path:
        """An output's path."""
        return Path(self.template(output).format(study=study, **{name: written(value) for name, value in key.items()}))

    def key_of(self, path: str, study: str) -> dict[str, str] | None:
        """The values of the axes in a path, if it is that of an output (or the record); they need not exist."""
        for template in (*map(self.template, self.outputs), self.record_template):
            pattern = re.escape(template.replace("{study}", study))
            for axis in self.axes:
                pattern = pattern.replace(re.escape(f"{{{axis.name}}}"), f"(?P<{axis.name}>{axis.pattern})")
            if found := re.fullmatch(pattern, path):
                return found.groupdict()
        return None

    def keys(self, parameters: Parameters, fixed: Mapping[str, Any] | None = None) -> Iterator[Key]:
        """The keys of all jobs in the study that have these values."""
        return _keys(parameters, self, self.axes, dict(fixed or {}), self.needs)

    def job(self, parameters: Parameters, **key: Any) -> "Job[Any]":
        """One job; raises UserError for values that the study does not have."""
        return self.made(parameters, self.checked(parameters, key))

    def jobs(self, parameters: Parameters, **fixed: Any) -> Iterator["Job[Any]"]:
        """All jobs of the study that have these values."""
        return (self.made(parameters, key) for key in self.keys(parameters, fixed))

    def checked(self, parameters: Parameters, key: Key) -> Key:
        """The key with its axes in order; raises UserError for a task or rule that is none, or lacks what is needed."""
        if (task := key.get(TASK.name)) is not None:
            params.study_task(parameters, task)
            if (reason := self.needs(parameters, task)) is not None:
                others = ", ".join(fitting(parameters, self.needs)) or "another study"
                raise UserError(f"'{self.name}' does not fit {task}: {reason}. Ask for {others}.")
        if "rule" in key:
            registry.module_name(params.RULES, key["rule"])
        return {axis.name: axis.kind(key[axis.name]) for axis in self.axes}

    def made(self, parameters: Parameters, key: Key) -> "Job[Any]":
        """One job of a key that is known to be of the study."""
        settings, study = self.settings(parameters, key), parameters.label
        return Job(
            step=self,
            key=key,
            settings=settings,
            modules=(*self.modules, *self.choices(settings)),
            inputs={name: _read(one, parameters, key, self.needs) for name, one in self.read(parameters, key).items()},
            static_inputs={Path(name).stem: PUBLISHED / name for name in self.static_inputs},
            outputs={name: self.path(name, study, key) for name in self.outputs},
            raw=self.raw(settings) if self.raw else None,
        )

    def read(self, parameters: Parameters, key: Key) -> Mapping[str, Output]:
        """What it reads of other steps, by name."""
        return self.inputs(parameters, key) if callable(self.inputs) else self.inputs


@dataclass(frozen=True, eq=False, kw_only=True)
class Report(Step):
    """A step that renders something for people, below reports/."""

    short: str  # what it is called in a sentence
    title: str
    lead: str  # what a reader should know first
    place: int  # on the page that holds everything: the paper's order
    section: str = "artifacts"  # of that page
    on_page: bool = False  # whether its module has ``on_page(table)``, the tables that the page shows
    optional: bool = False  # rendered only for who asks
    folded: Mapping[str, str] = field(default_factory=dict)  # titles of pictures that stand behind the main one
    memory_mb: int = 2000
    minutes: int = 10
    local: bool = True

    @property
    def folder(self) -> str:
        """See ``Step``."""
        return str(REPORTS)

    @property
    def sentence(self) -> str:
        """See ``Step``."""
        whose = "the tutorial's " if self.section == "tutorial" else ""
        return f"Render {whose}{self.short}: {self.title}."

    @property
    def computed_by(self) -> str:
        """See ``Step``; ``render`` of the file of reports/ with this name."""
        return self.entry or f"snnlocality.reports.{self.name}:render"


@dataclass(frozen=True, eq=False)
class Job(Generic[Settings]):
    """One execution of one step."""

    step: Step
    key: Key
    settings: Settings
    modules: tuple[str, ...]  # entry points of the code closure
    inputs: Inputs  # what other steps make
    static_inputs: dict[str, Path]  # what comes with the project
    outputs: dict[str, Path]
    raw: str | None = None  # folder of raw files below the data folder

    @property
    def name(self) -> str:
        """The step's."""
        return self.step.name

    @property
    def output(self) -> Path:
        """The main output, which no other job has."""
        return next(iter(self.outputs.values()))

    @property
    def output_paths(self) -> tuple[Path, ...]:
        """All outputs."""
        return tuple(self.outputs.values())

    def file(self, name: str) -> Path:
        """An input that is one file."""
        found = self.inputs[name]
        assert isinstance(found, Path), f"{name} is many files"
        return found

    def files(self, name: str) -> dict[Values, Path]:
        """An input that is a file for each combination of values of the axes that the step lacks."""
        found = self.inputs[name]
        assert isinstance(found, dict), f"{name} is one file"
        return found

    @property
    def input_paths(self) -> tuple[Path, ...]:
        """Everything that other steps make."""
        return tuple(
            path for one in self.inputs.values() for path in (one.values() if isinstance(one, dict) else [one])
        )

    @property
    def code(self) -> str:
        """Digest of the code closure."""
        return code_digest(self.modules)

    @property
    def record(self) -> Path:
        """Where the record lies."""
        return self.output.parent / f"{self.name}.record.json"

    @property
    def lost(self) -> list[str]:
        """Inputs that do not exist; prepared data may go."""
        return [str(path) for path in self.input_paths if path.name != DATA_FILE and not path.exists()]

    @property
    def settings_table(self) -> dict[str, Any]:
        """The settings as JSON holds them: what a record keeps."""
        table: dict[str, Any] = to_jsonable_python(self.settings)
        return table

    @property
    def settings_text(self) -> str:
        """The same in one line, as Snakemake compares them to decide on a rerun."""
        return json.dumps(self.settings_table, sort_keys=True)


class Work(NamedTuple):
    """What the work of a job is proportional to."""

    samples: float  # of all parts
    steps: int  # of a sample
    epochs: int
    folds: int
    tested: float  # samples of the test part
    sizes: params.Analyses


def _read(output: Output, parameters: Parameters, key: Key, needs: Need) -> Path | dict[Values, Path]:
    fixed = {name: value(parameters, key) if callable(value) else value for name, value in output.key.items()}
    known = {**key, **fixed}
    axes = output.step.axes
    if all(axis.name in known for axis in axes):
        return output.step.path(output.name, parameters.label, known)
    both = needs if output.step.needs is nothing else output.step.needs
    found = _keys(parameters, output.step, axes, known, both)
    free = [axis.name for axis in axes if axis.name not in known]
    return {tuple(one[name] for name in free): output.step.path(output.name, parameters.label, one) for one in found}


def _keys(parameters: Parameters, step: Step, axes: tuple[Axis, ...], fixed: Key, needs: Need) -> Iterator[Key]:
    """All combinations of values of a step's axes, of which some are fixed; the last axis changes fastest."""
    if not axes:
        yield {}
        return
    first, *rest = axes
    values: Iterable[Any] = [fixed[first.name]] if first.name in fixed else first.values(parameters, fixed)
    if first is SEED and first.name not in fixed:
        values = params.seeds_of_step(parameters, (step.like or step).name)
    for value in values:
        if first is TASK and needs(parameters, value) is not None:
            continue
        for key in _keys(parameters, step, tuple(rest), {**fixed, first.name: value}, needs):
            yield {first.name: value, **key}
