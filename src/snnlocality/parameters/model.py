"""The typed model of params.yaml."""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from snnlocality import registry
from snnlocality.analysis.sizes import LEAST_SAMPLES
from snnlocality.attacks.triggers import TRIGGERS
from snnlocality.data import source as sources
from snnlocality.learning.optimisation import READOUT_LOSSES
from snnlocality.registry import ATTACKS, EXPERIMENTS, FOLLOWUPS, NAME, NEURONS, RULES, SOURCES, STEPS, SURROGATES
from snnlocality.tutorial.settings import Tutorial
from snnlocality.typed import Choices, Count, Model, Positive, Share, TimeConstants, choice_of, distinct, member

PARAMS = Path("params.yaml")

RuleName = Annotated[str, choice_of(RULES)]
ARCHITECTURE_LABELS = {"ff": "FF", "rec": "REC", "ff_matched": "FF-matched"}
# They are parts of paths; a study's is, behind it, part of labels too ("paper-x0.01").
StudyName = Annotated[str, Field(pattern=f"^{NAME}$")]
TaskName = StudyName
LayersName = StudyName
Trigger = Annotated[str, AfterValidator(lambda value: member(value, tuple(TRIGGERS)))]
# One of the three, or ff_ or rec_ and the name of other hidden layers of the task (``Task.networks``).
Architecture = Annotated[str, Field(pattern=r"^(ff|rec)(_[a-z0-9_]+)?$")]


class NeuronParameters(Model):
    """Neurons and initial weights, common to all tasks and rules."""

    kind: Annotated[str, choice_of(NEURONS)]
    # Those that the kind has of its own (``neurons.neuron.Neuron.parameters``).
    parameters: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]
    surrogate: Annotated[str, choice_of(SURROGATES)]
    threshold: Positive
    drive: Positive
    recurrent_drive: Positive
    readout_drive: Positive

    @model_validator(mode="after")
    def _own_parameters(self) -> Self:
        """Exactly those that the kind has."""
        wanted = registry.load(NEURONS, self.kind).parameters
        for name in sorted(wanted.keys() ^ self.parameters.keys()):
            has = "; ".join(f"{key}: {meaning}" for key, meaning in wanted.items()) or "none"
            what = "lack" if name in wanted else "have, beside its own,"
            raise ValueError(f"parameters of {self.kind} {what} '{name}'; its own are: {has}")
        return self


class Losses(Model):
    """Losses taken at every step."""

    readout: str
    local: str

    @field_validator("readout", "local")
    @classmethod
    def _known_loss(cls, value: str) -> str:
        return member(value, READOUT_LOSSES)


class Backdoor(Model):
    """The trigger: pixels (x, y) of one polarity."""

    pixels: Choices[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]]
    polarity: Literal[0, 1]


def architecture_label(name: str) -> str:
    """How people write an architecture: REC, REC deep; a name that is none as it is."""
    kind, _, layers = name.partition("_")
    if name in ARCHITECTURE_LABELS or kind not in ARCHITECTURE_LABELS:
        return ARCHITECTURE_LABELS.get(name, name)
    return f"{ARCHITECTURE_LABELS[kind]} {layers.replace('_', ' ')}"


Layers = Annotated[tuple[Count, ...], Field(min_length=1)]  # neurons of each hidden layer


class Network(NamedTuple):
    """An architecture: of which kind (``ARCHITECTURE_LABELS``), and how many neurons in each hidden layer."""

    kind: str
    hidden: tuple[int, ...]


class Task(Model):
    """What the paper fixes of a task, and its time scale."""

    dataset: str
    hidden: Layers
    layers: dict[LayersName, Layers] = Field(default_factory=dict)  # others, for architectures ff_NAME and rec_NAME
    architectures: Choices[Architecture]
    time_constants_ms: TimeConstants
    loss: Losses
    backdoor: Backdoor | None = None  # a trigger of its own, where the common one is not on its sensor

    @model_validator(mode="after")
    def _known_architectures(self) -> "Task":
        if "matched" in self.layers:
            raise ValueError("no layers can be called 'matched': ff_matched is an architecture of its own")
        if "ff_matched" in self.architectures and len(self.hidden) > 1:
            raise ValueError("architecture ff_matched needs exactly one hidden layer")
        for architecture in self.architectures:
            member(architecture, tuple(self.networks))
        return self

    @property
    def networks(self) -> dict[str, Network]:
        """What every architecture is that the task can have, by name."""
        kinds = ("ff", "rec") if len(self.hidden) > 1 else tuple(ARCHITECTURE_LABELS)
        named = {
            f"{kind}_{name}": Network(kind, hidden) for name, hidden in self.layers.items() for kind in ("ff", "rec")
        }
        return {kind: Network(kind, self.hidden) for kind in kinds} | named


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


class Prepared(Model):
    """What is prepared of a source, which is one of its kind (``data.kinds``)."""

    kind: ClassVar[str]

    source: str
    split: Split

    @field_validator("source")
    @classmethod
    def _known_source(cls, value: str) -> str:
        return member(value, sources.of_kind(cls.kind))


class Recordings(Prepared):
    """Event recordings and their binning."""

    kind: ClassVar[str] = "recordings"

    steps: Count
    duration_ms: Positive
    counts: bool


class Utterances(Prepared):
    """Utterances and their features."""

    kind: ClassVar[str] = "utterances"

    classes: Literal[39, 61]
    steps_per_frame: Count


def _kind(data: Any) -> str:
    """The kind of data that a table describes, by its source; what is no source is told by the table's own check."""
    name = data.get("source") if isinstance(data, dict) else getattr(data, "source", None)
    return sources.source(name).kind if name in registry.names(SOURCES) else "recordings"


Data = Annotated[
    Annotated[Recordings, Tag(Recordings.kind)] | Annotated[Utterances, Tag(Utterances.kind)], Discriminator(_kind)
]


class TaskOfStudy(Model):
    """A task in one study."""

    data: Data
    training: Training


class SeedsOfExperiment(Model):
    """Seeds of one of the tutorial's experiments."""

    seeds: Count
    first_seed: Annotated[int, Field(ge=0)]


class Analyses(Model):
    """Sizes of what is measured beside accuracy."""

    poison_rates: Annotated[tuple[Share, ...], AfterValidator(distinct)]  # of Table 4; without, nothing is poisoned
    triggers: Choices[Trigger] = tuple(TRIGGERS)  # of Table 4; claims ask the invisible one
    pairs: Count
    cka_samples: Annotated[int, Field(ge=LEAST_SAMPLES)]
    fisher_samples: Count
    attacked_samples: Count | None = None  # of the test part; all of it if none is said
    learning_rates: tuple[Annotated[float, Field(gt=0, le=1)], ...] = ()  # of all cells alike, beside the tuned ones
    firing_rates: Annotated[tuple[Share, ...], AfterValidator(distinct)] = ()  # that hidden layers are pulled to
    looks: tuple[Count, ...] = ()  # numbers of seeds at which claims are judged, and seeds added to what is undecided
    followup: Annotated[str, choice_of(FOLLOWUPS)] | None = None  # whose claims are judged in the ledger's place

    seeds: dict[Annotated[str, choice_of(STEPS)], Count] = Field(default_factory=dict)  # of steps that have fewer
    tutorial: dict[Annotated[str, choice_of(EXPERIMENTS)], SeedsOfExperiment] = Field(default_factory=dict)  # if others

    @field_validator("looks")
    @classmethod
    def _increasing(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("looks are at more seeds each time")
        return value


class Search(Model):
    """The hyper-parameter search: the same grid, hence the same budget, for every cell."""

    seeds: Choices[Annotated[int, Field(ge=0)]]
    learning_rate: Choices[Positive]
    slope: Choices[Positive]


class Study(Model):
    """One study: its tasks and its sizes; its own rules and architectures, if others than all."""

    seeds: Count  # how many
    first_seed: Annotated[int, Field(ge=0)] = 0  # and from which on; of pairs of classes too
    analyses: Analyses
    rules: Choices[RuleName] | None = None
    architectures: Choices[Architecture] | None = None
    search: Search | None = None
    tasks: Annotated[dict[TaskName, TaskOfStudy], Field(min_length=1)]


class Fgsm(Model):
    """Attacks along the sign of a gradient."""

    epsilon: Choices[Annotated[float, Field(ge=0, le=1)]]
    fixed_point_iterations: Count
    pgd_steps: Count


class Robust(Model):
    """The strong attack: white-box descents by every surrogate and loss."""

    epsilon: Choices[Share]
    surrogates: dict[Annotated[str, choice_of(SURROGATES)], Choices[Positive]]  # slopes
    losses: Choices[Literal["cross_entropy", "margin"]]
    steps: Count
    starts: Count


class Activity(Model):
    """Training at chosen firing rates."""

    strength: Positive


class Corruptions(Model):
    """How much of each corruption, by its name."""

    added: Choices[Positive]
    missing: Choices[Annotated[float, Field(gt=0, lt=1)]]
    jitter_ms: Choices[Positive]


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
    tasks: dict[TaskName, Task]
    search: Search
    fgsm: Fgsm
    robust: Robust
    corruptions: Corruptions
    activity: Activity
    backdoor: Backdoor
    representations: Representations
    conversion: Conversion
    tutorial: Tutorial
    studies: dict[StudyName, Study]

    @model_validator(mode="after")
    def _known_study(self) -> "Parameters":
        member(self.study, tuple(self.studies))
        for study in self.studies.values():
            for task, own in study.tasks.items():
                member(task, tuple(self.tasks))
                tuned = (architecture for cells in own.training.tuned.values() for architecture in cells)
                for architecture in (*(study.architectures or ()), *tuned):
                    member(architecture, tuple(self.tasks[task].networks))
        return self

    @model_validator(mode="after")
    def _robust_at_strengths_of_table_3(self) -> "Parameters":
        if missing := [epsilon for epsilon in self.robust.epsilon if epsilon not in self.fgsm.epsilon]:
            raise ValueError(f"robust.epsilon has {missing[0]:g}, which is none of fgsm.epsilon; add it there")
        return self

    @property
    def label(self) -> str:
        """The study's name as it stands in paths and reports; a scaled study never mixes with the whole one."""
        return self.study if self.scale == 1 else f"{self.study}-x{self.scale:g}"
