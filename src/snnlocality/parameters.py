"""The typed model of params.yaml, and the settings of each step that follow from it.

All science lives in params.yaml; how to run lives in the profiles. A step's *settings* are the part of
params.yaml that can change its result, and nothing more: they are what a rerun is decided by, and what the
step's record keeps.
"""

from collections.abc import Iterable
from pathlib import Path
from reprlib import Repr
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser
from yaml.resolver import Resolver

from snnlocality import registry
from snnlocality.analysis.sizes import LEAST_SAMPLES
from snnlocality.data.sources import SPEECH_SOURCES, VISION_SOURCES
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.errors import UserError
from snnlocality.learning.rule import ErrorSource, Rule
from snnlocality.registry import ATTACKS, EXPERIMENTS, RULES, SURROGATES
from snnlocality.storage import read_text
from snnlocality.tutorial.settings import Tutorial
from snnlocality.typed import Choices, Count, Model, Positive, Share, TimeConstants, choice_of, member

PARAMS = Path("params.yaml")
LOSSES = ("cross_entropy", "squared_error", "smooth_l1")  # functions of ``learning.losses``
TASKS = ("vision", "speech")

RuleName = Annotated[str, choice_of(RULES)]
Architecture = Literal["ff", "rec", "ff_matched"]
LABELS = {"vision": "recording", "speech": "frame"}  # what has a label
ARCHITECTURE_LABELS = {"ff": "FF", "rec": "REC", "ff_matched": "FF-matched"}
# It is part of paths and, behind a name, of labels ("paper-x0.01").
StudyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

_LONGEST = 1_000_000  # bytes of params.yaml
_MOST_KEYS = 10_000  # of one table, after merging
_MOST_FAULTS = 5  # are told at a time
# A few lines of YAML can stand for a value of any size; what is shown of one is short.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict = 2, 3, 3


class Adaptation(Model):
    """How a neuron's own spikes raise its threshold (ALIF)."""

    strength: Annotated[float, Field(ge=0)]
    time_constant_ms: Positive


class NeuronParameters(Model):
    """Neurons and initial weights, common to all tasks and rules."""

    surrogate: Annotated[str, choice_of(SURROGATES)]
    threshold: Positive
    adaptation: Adaptation
    drive: Positive
    recurrent_drive: Positive
    readout_drive: Positive


class Losses(Model):
    """Losses taken at every step."""

    readout: str
    local: str

    @field_validator("readout", "local")
    @classmethod
    def _known_loss(cls, value: str) -> str:
        return member(value, LOSSES)


class Task(Model):
    """What the paper fixes of a task, and its time scale."""

    dataset: str
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    architectures: Choices[Architecture]
    time_constants_ms: TimeConstants
    loss: Losses

    @model_validator(mode="after")
    def _matched_has_one_layer(self) -> "Task":
        if "ff_matched" in self.architectures and len(self.hidden) > 1:
            raise ValueError("architecture ff_matched needs exactly one hidden layer")
        return self


class Hyperparameters(Model):
    """What the search tunes."""

    learning_rate: Positive
    slope: Positive


class Training(Model):
    """How the runs of one task of one study are trained."""

    epochs: Count
    batch_size: Count
    default: Hyperparameters
    tuned: dict[str, dict[Architecture, Hyperparameters]] = Field(default_factory=dict)

    @field_validator("tuned")
    @classmethod
    def _known_rules(cls, value: dict) -> dict:
        for rule in value:
            member(rule, registry.names(RULES))
        return value

    def hyperparameters(self, rule: str, architecture: Architecture) -> Hyperparameters:
        """The tuned values of a cell, or the default for one that was never searched."""
        return self.tuned.get(rule, {}).get(architecture, self.default)


class Split(Model):
    """How samples are divided where the source has no split of its own."""

    folds: Count
    test_share: Annotated[float, Field(gt=0, lt=1)]
    validation_share: Annotated[float, Field(gt=0, lt=1)]


class VisionData(Model):
    """Event recordings and their binning."""

    source: str
    steps: Count
    duration_ms: Positive
    counts: bool
    split: Split

    @field_validator("source")
    @classmethod
    def _known_source(cls, value: str) -> str:
        return member(value, tuple(VISION_SOURCES))


class SpeechData(Model):
    """Utterances and their features."""

    source: str
    classes: Literal[39, 61]
    steps_per_frame: Count
    split: Split

    @field_validator("source")
    @classmethod
    def _known_source(cls, value: str) -> str:
        return member(value, tuple(SPEECH_SOURCES))


class VisionStudy(Model):
    """The vision task in one study."""

    data: VisionData
    training: Training


class SpeechStudy(Model):
    """The speech task in one study."""

    data: SpeechData
    training: Training


class Analyses(Model):
    """Sizes of what is measured beside accuracy, on the vision task."""

    poison_rates: Choices[Share]
    pairs: Count
    cka_samples: Annotated[int, Field(ge=LEAST_SAMPLES)]
    fisher_samples: Count
    attacked_samples: Count | None = None  # of the test part; all of it if none is said


class Study(Model):
    """One study: its data and its sizes. It may leave out the speech task, rules and architectures."""

    seeds: Count
    analyses: Analyses
    rules: Choices[RuleName] | None = None
    architectures: Choices[Architecture] | None = None
    vision: VisionStudy
    speech: SpeechStudy | None = None


class Search(Model):
    """The hyper-parameter search: the same grid, hence the same budget, for every cell."""

    seed: Annotated[int, Field(ge=0)]
    learning_rate: Choices[Positive]
    slope: Choices[Positive]


class Fgsm(Model):
    """Attacks along the sign of a gradient."""

    epsilon: Choices[Annotated[float, Field(ge=0, le=1)]]
    fixed_point_iterations: Count
    pgd_steps: Count


class Backdoor(Model):
    """The trigger: pixels (x, y) of one polarity."""

    pixels: Choices[tuple[Annotated[int, Field(ge=0, lt=WIDTH)], Annotated[int, Field(ge=0, lt=HEIGHT)]]]
    polarity: Literal[0, 1]


class Representations(Model):
    """Comparison of representations by CKA."""

    batch: Annotated[int, Field(ge=LEAST_SAMPLES)]
    attacks: Choices[str]

    @field_validator("attacks")
    @classmethod
    def _known_attack(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(member(attack, registry.names(ATTACKS)) for attack in value)


class Conversion(Model):
    """The ReLU network and its conversion to a spiking one."""

    learning_rate: Positive
    balance_samples: Count
    percentile: Annotated[float, Field(gt=0, le=100)]
    balance: Literal["data-based", "percentile", "spike-norm"]
    steps: Count


class Parameters(Model):
    """All of params.yaml."""

    study: str
    scale: Annotated[float, Field(gt=0, le=1)]
    rules: Choices[RuleName]
    neuron: NeuronParameters
    vision: Task
    speech: Task
    search: Search
    fgsm: Fgsm
    backdoor: Backdoor
    representations: Representations
    conversion: Conversion
    tutorial: Tutorial
    studies: dict[StudyName, Study]

    @model_validator(mode="after")
    def _known_study(self) -> "Parameters":
        member(self.study, tuple(self.studies))
        return self

    @property
    def label(self) -> str:
        """The study's name as it stands in paths and reports; a scaled study never mixes with the whole one."""
        return self.study if self.scale == 1 else f"{self.study}-x{self.scale:g}"


def load(path: Path = PARAMS, study: str | None = None, scale: float | None = None) -> Parameters:
    """Read and check params.yaml; ``study`` (a name or a label such as ``paper-x0.01``) and ``scale`` override it.

    Raises UserError naming the file, the key, the fault and the allowed values.
    """
    if not path.exists():
        raise UserError(f"{path} does not exist; run from the root of the project.")
    try:
        raw = yaml.load(read_text(path, _LONGEST), _Loader)
    # PyYAML also lets through what it meets where a date is none.
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(raw, dict):
        raise UserError(f"{path} must hold a table of keys; see the one in the project's repository.")
    if study is not None:
        name, _, factor = study.partition("-x")
        raw |= {"study": name, "scale": factor or 1}
    if scale is not None:
        raw["scale"] = scale
    return check(raw, str(path))


class _Loader(Composer, CParser, SafeConstructor, Resolver):
    """PyYAML's safe loader: scanned in C, since every job of a workflow reads the file; composed in Python.

    The composer in C dies of deep nesting, where this one says so. Nor does it make the tables that a few lines of
    merges ("<<") of merges can, of any size.
    """

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_KEYS:
            raise yaml.YAMLError("it merges a table into itself too often")


def check(raw: dict[str, Any], origin: str) -> Parameters:
    """The typed parameters of a table; raises UserError with one line per fault."""
    _check_rules()
    try:
        return Parameters.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(fault) for fault in error.errors()]
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise UserError(f"{origin}: {'; '.join(faults[:_MOST_FAULTS])}{more}.") from None


def _check_rules() -> None:
    """Every file of the folder is a rule, and no two have one label: their rows in tables would be one."""
    files: dict[str, str] = {}
    for name in registry.names(RULES):
        rule, file = registry.load(RULES, name).RULE, registry.file_of(RULES, name)
        if not isinstance(rule, Rule):
            raise UserError(f"RULE in {file} is no learning.rule.Rule.")
        if (other := files.setdefault(rule.label.casefold(), file)) != file:
            raise UserError(f"{other} and {file} have the same label '{rule.label}'; give each rule its own.")


def _fault(fault: dict[str, Any]) -> str:
    # The one check of the whole table is that of the study's name.
    key = ".".join(str(part) for part in fault["loc"]) or "study"
    if fault["type"] == "extra_forbidden":
        return f"'{key}' is not a known key (allowed there: {', '.join(_allowed(fault['loc'][:-1]))})"
    if fault["type"] == "missing":
        return f"'{key}' is missing"
    message = fault["msg"].removeprefix("Value error, ")
    given = "" if isinstance(fault["input"], dict) else f" (got {_SHORT.repr(fault['input'])})"
    return f"'{key}': {message[0].lower()}{message[1:]}{given}"


def _allowed(location: tuple) -> list[str]:
    """Keys that the table at ``location`` may hold."""
    schema = Parameters.model_json_schema()
    table = schema
    for part in location:
        of_any_name = [table.get("additionalProperties"), *table.get("patternProperties", {}).values()]
        table = table.get("properties", {}).get(part) or next(filter(None, of_any_name), {})
        if "$ref" in table:
            table = schema["$defs"][table["$ref"].rsplit("/", 1)[1]]
    return sorted(table.get("properties", {}))


def task_of(parameters: Parameters, task: str) -> Task:
    """The task's table; raises UserError for an unknown task."""
    return getattr(parameters, _known_task(task))


def tasks(parameters: Parameters) -> tuple[str, ...]:
    """The tasks of the chosen study."""
    return tuple(task for task in TASKS if getattr(parameters.studies[parameters.study], task))


def first_task(parameters: Parameters, labels: str) -> str:
    """The first task of the study with a label per ``labels``."""
    return next(task for task in tasks(parameters) if LABELS[task] == labels)


def rules(parameters: Parameters) -> tuple[str, ...]:
    """The learning rules of the chosen study."""
    return parameters.studies[parameters.study].rules or parameters.rules


def methods(rules: Iterable[str]) -> dict[str, str]:
    """How people write the rules: in the settings of all that write them, since it is in no code digest."""
    return {rule: registry.load(RULES, rule).RULE.label for rule in rules}


def architectures(parameters: Parameters, task: str) -> tuple[Architecture, ...]:
    """The architectures of a task in the chosen study."""
    return parameters.studies[parameters.study].architectures or task_of(parameters, task).architectures


def study_task(parameters: Parameters, task: str) -> VisionStudy | SpeechStudy:
    """The task's table in the chosen study; raises UserError for an unknown task, or one that the study leaves out."""
    table = getattr(parameters.studies[parameters.study], _known_task(task))
    if table is None:
        raise UserError(
            f"The study '{parameters.study}' has no {task} task; its tasks: {', '.join(tasks(parameters))}."
        )
    return table


def _known_task(task: str) -> str:
    if task not in TASKS:
        raise UserError(f"'{task}' is no task; choose one of {', '.join(TASKS)}.")
    return task


def seeds(parameters: Parameters) -> range:
    """Seeds of the study, 0, 1, ...; a scaled study has fewer, at least one."""
    return range(_scaled(parameters.studies[parameters.study].seeds, parameters.scale))


def folds(parameters: Parameters, task: str) -> range:
    """Folds of the task's cross-validation; 0 alone where there is a single split."""
    return range(study_task(parameters, task).data.split.folds)


def prepare_settings(parameters: Parameters, task: str) -> dict[str, Any]:
    """What decides the prepared data of a task."""
    return {"task": task, "scale": parameters.scale, "data": study_task(parameters, task).data.model_dump()}


def train_settings(
    parameters: Parameters,
    task: str,
    rule: str,
    architecture: str,
    hyperparameters: Hyperparameters | None = None,
) -> dict[str, Any]:
    """What decides the runs of one cell, besides data, fold and seed."""
    declared = registry.load(RULES, rule).RULE
    model = task_of(parameters, task)
    if architecture not in model.architectures:
        raise UserError(
            f"'{architecture}' is no architecture of {task}; choose one of {', '.join(model.architectures)}."
        )
    training = study_task(parameters, task).training
    chosen = (hyperparameters or training.hyperparameters(rule, architecture)).model_dump()
    neuron = parameters.neuron.model_dump()
    if declared.surrogate:
        neuron["surrogate"], chosen["slope"] = declared.surrogate
    return {
        "task": task,
        "rule": rule,
        "architecture": architecture,
        "hidden": list(model.hidden),
        "direct_readout": declared.direct_readout,
        "time_constants_ms": model.time_constants_ms.model_dump(),
        "neuron": neuron,
        "loss": model.loss.readout,
        # Not part of what decides the run of a rule that has no local losses.
        "local_loss": model.loss.local if declared.source is ErrorSource.LOCAL else None,
        "epochs": _scaled(training.epochs, parameters.scale),
        "batch_size": training.batch_size,
        **chosen,
    }


def conversion_settings(parameters: Parameters, task: str) -> dict[str, Any]:
    """What decides the ReLU network of a seed and what it is converted to; no learning rule has a part in it."""
    model, training = task_of(parameters, task), study_task(parameters, task).training
    return {
        "task": task,
        "architecture": "ff",
        "hidden": list(model.hidden),
        "direct_readout": False,
        "time_constants_ms": model.time_constants_ms.model_dump(),
        "neuron": parameters.neuron.model_dump(),
        "slope": training.default.slope,
        "epochs": _scaled(training.epochs, parameters.scale),
        "batch_size": training.batch_size,
        "conversion": parameters.conversion.model_dump(),
    }


def tutorial_settings(parameters: Parameters, experiment: str) -> dict[str, Any]:
    """What decides an experiment of the tutorial; a scaled study has fewer seeds and epochs."""
    registry.module_name(EXPERIMENTS, experiment)
    own = getattr(parameters.tutorial, experiment)
    settings = {"experiment": experiment, **_smaller(own.model_dump(mode="json"), parameters.scale)}
    if "rules" in settings:
        settings["methods"] = methods(settings["rules"])
    if settings.get("recordings") == "study":
        del settings["gestures"]
    if own.on_data:
        time_constants = parameters.vision.time_constants_ms.model_dump()
        settings |= {"time_constants_ms": time_constants, "threshold": parameters.neuron.threshold}
    return settings


def _smaller(table: dict[str, Any], scale: float) -> dict[str, Any]:
    """A table, and those in it, with so small a share of seeds and epochs."""
    return {
        key: _smaller(value, scale)
        if isinstance(value, dict)
        else _scaled(value, scale)
        if key in ("seeds", "epochs")
        else value
        for key, value in table.items()
    }


def analyses(parameters: Parameters) -> Analyses:
    """Sizes of the chosen study's analyses; a scaled study has fewer samples and pairs."""
    sizes = parameters.studies[parameters.study].analyses
    scaled = {
        "pairs": _scaled(sizes.pairs, parameters.scale),
        "cka_samples": max(parameters.representations.batch, _scaled(sizes.cka_samples, parameters.scale)),
        "fisher_samples": _scaled(sizes.fisher_samples, parameters.scale),
        "attacked_samples": sizes.attacked_samples and _scaled(sizes.attacked_samples, parameters.scale),
    }
    return sizes.model_copy(update=scaled)


def _scaled(number: int, scale: float) -> int:
    return max(1, round(number * scale))


def grid(search: Search) -> list[Hyperparameters]:
    """All points of the search grid."""
    return [Hyperparameters(learning_rate=rate, slope=slope) for rate in search.learning_rate for slope in search.slope]
