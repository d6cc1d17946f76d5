"""The table ``tutorial`` of params.yaml: sizes of the experiments (``tutorial.experiments``), one table each."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from snnlocality import registry
from snnlocality.learning.rule import FeedbackWeights
from snnlocality.registry import RULES, SURROGATES
from snnlocality.typed import Choices, Count, Model, Positive, Share, TimeConstants, choice_of

Surrogate = Annotated[str, choice_of(SURROGATES)]
Sizes = Annotated[tuple[Count, ...], Field(min_length=1)]


class Experiment(Model):
    """What all have."""

    on_data: ClassVar[bool] = False  # whether it needs recordings
    on_images: ClassVar[bool] = False  # and these of a square sensor

    seeds: Count  # how many
    first_seed: Annotated[int, Field(ge=0)] = 0  # and from which on

    @property
    def every_seed(self) -> range:
        """The seeds."""
        return range(self.first_seed, self.first_seed + self.seeds)

    @property
    def on_gestures(self) -> bool:
        """Whether these are raw ones of gestures, which it prepares itself, instead of the study's."""
        return False

    def needed(self) -> "Experiment":
        """Without what does not matter by what else is chosen."""
        return self


class Landscape(Experiment):
    """Loss and gradients along a line in weight space."""

    hidden: Count
    samples: Count
    steps: Annotated[int, Field(ge=4)]
    time_constants_steps: TimeConstants
    surrogate: Surrogate
    slope: Positive
    drive: Positive
    epochs: Count
    learning_rate: Positive
    points: Annotated[int, Field(ge=2)]
    difference: Positive  # between the two weights of a finite difference


class Gestures(Model):
    """DVS Gesture: the first part of every recording in bins, and the people who are kept for validation."""

    steps: Count
    duration_ms: Positive
    validation_users: Count


class Convolution(Experiment):
    """Three convolutional layers, DCLL beside BPTT."""

    on_data: ClassVar[bool] = True
    on_images: ClassVar[bool] = True

    recordings: Literal["study", "gestures"]
    gestures: Gestures | None
    shrink: Count  # pixels of the camera a side of a pixel here
    channels: Sizes
    kernel: Count
    pools: Sizes
    surrogate: Surrogate
    slope: Positive
    drive: Positive
    samples: Count
    tested: Count
    epochs: Count
    batch_size: Count
    learning_rate: Positive

    @model_validator(mode="after")
    def _gestures_are_described(self) -> "Convolution":
        if self.on_gestures and self.gestures is None:
            raise ValueError("recordings of gestures need the table 'gestures'")
        return self

    @property
    def on_gestures(self) -> bool:
        """See ``Experiment``."""
        return self.recordings == "gestures"

    def needed(self) -> "Convolution":
        """See ``Experiment``."""
        return self if self.on_gestures else self.model_copy(update={"gestures": None})


class ExactSpikeTimes(Model):
    """Temporal exclusive or by exact spike times; times in synaptic time constants."""

    hidden: Count
    early: Annotated[float, Field(ge=0)]
    late: Positive
    epochs: Count
    learning_rate: Positive
    wish_to_fire: Positive
    largest_gradient: Positive


class SpikeProp(Model):
    """The same by SpikeProp; times in milliseconds."""

    hidden: Count
    inhibitory: Annotated[int, Field(ge=0)]
    delays: Count
    tau: Positive
    late: Positive
    target_early: Positive
    target_late: Positive
    least_weight: Positive  # initial weights are uniform between these
    largest_weight: Positive
    until: Positive
    step: Positive
    epochs: Count
    learning_rate: Positive
    largest_gradient: Positive


class TemporalXor(Experiment):
    """Temporal exclusive or."""

    exact: ExactSpikeTimes
    spikeprop: SpikeProp


class SuperSpike(Experiment):
    """Spike trains from spike trains."""

    inputs: Count
    hidden: Count
    outputs: Count
    steps: Count
    input_rate: Share
    target_spikes: Count
    time_constants_steps: TimeConstants
    surrogate: Surrogate
    slope: Positive
    drive: Positive
    epochs: Count
    learning_rate: Positive


class SoftThreshold(Experiment):
    """Waves drawn by a layer of smooth neurons."""

    inputs: Count
    hidden: Count
    steps: Count
    dt: Positive
    tau: Positive
    concentration: Positive
    epochs: Count
    learning_rate: Positive


class EscapeNoise(Experiment):
    """A teacher's weights found from its spikes."""

    inputs: Count
    outputs: Count
    samples: Count
    steps: Count
    input_rate: Share
    weights: Positive
    time_constants_steps: TimeConstants
    slope: Positive
    epochs: Count
    learning_rate: Positive


class RateCoding(Experiment):
    """Digits by rates, then by spikes."""

    on_data: ClassVar[bool] = True

    hidden: Count
    samples: Count
    tested: Count
    tau: Positive
    refractory: Positive
    width: Positive
    epochs: Count
    learning_rate: Positive
    durations: Choices[Positive]
    dt: Positive


class Exactness(Experiment):
    """Gradients of rules beside BPTT's."""

    rules: Choices[Annotated[str, choice_of(RULES)]]

    @field_validator("rules")
    @classmethod
    def _of_one_network(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        for rule in rules:
            if registry.load(RULES, rule).direct_readout:
                raise ValueError(f"{rule} trains networks with another readout than the one these are compared on")
        return rules

    inputs: Count
    hidden: Sizes
    classes: Annotated[int, Field(ge=2)]
    samples: Count
    steps: Count
    input_rate: Share
    gain: Positive
    time_constants_steps: TimeConstants
    surrogate: Surrogate
    slope: Positive


class Surrogates(Experiment):
    """The same training with every surrogate derivative."""

    on_data: ClassVar[bool] = True

    surrogates: Choices[Surrogate]
    width: Positive  # full, at half the peak, in the unit of the potential
    hidden: Sizes
    drive: Positive
    readout_drive: Positive
    samples: Count
    tested: Count
    epochs: Count
    batch_size: Count
    learning_rate: Positive


class Adaptation(Experiment):
    """A cue remembered over a delay."""

    rules: Choices[Annotated[str, choice_of(RULES)]]

    @field_validator("rules")
    @classmethod
    def _of_one_layer_and_loss(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        for name in rules:
            rule = registry.load(RULES, name)
            if rule.layers_have_losses or rule.weights is FeedbackWeights.ADAPTIVE or rule.direct_readout:
                raise ValueError(
                    f"{name} needs losses, feedback or a readout of its own, which this experiment on one layer has not"
                )
        return rules

    classes: Annotated[int, Field(ge=2)]
    channels: Count  # of each class, and of the question
    hidden: Count
    shown: Count  # steps of the cue and of the question
    delay: Count  # steps between them
    time_constants_steps: TimeConstants
    adaptation_steps: Positive  # time constant
    strength: Positive  # in thresholds
    surrogate: Surrogate
    slope: Positive
    drive: Positive
    samples: Count  # of an update
    epochs: Count  # updates
    learning_rate: Positive


class Tutorial(Model):
    """One table for each file of ``tutorial.experiments``."""

    adaptation: Adaptation
    convolution: Convolution
    escape_noise: EscapeNoise
    exactness: Exactness
    landscape: Landscape
    rate_coding: RateCoding
    soft_threshold: SoftThreshold
    superspike: SuperSpike
    surrogates: Surrogates
    temporal_xor: TemporalXor
