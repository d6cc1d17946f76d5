"""The tutorial's figures, each with the table behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import Key
from snnlocality.study.step import Output, Report
from snnlocality.study.steps import tutorial


@dataclass(frozen=True)
class Settings:
    """What decides a figure of the tutorial, besides its experiments."""

    study: str
    experiments: tuple[tutorial.Settings, ...]
    choices: tuple[str, ...]  # modules of the rules and surrogates that it draws
    methods: dict[str, str]  # how people write the rules
    lacks: tuple[str, ...] = ()  # experiments that the study cannot have


def _report(
    name: str,
    experiments: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    surrogates: tuple[str, ...] = (),
    **said: Any,
) -> Report:
    """A report of the tutorial: the experiments it rests on, the rules and surrogates it draws, what is said of it."""
    chosen = [registry.module_name(params.RULES, rule) for rule in rules]
    chosen += [registry.module_name(params.SURROGATES, surrogate) for surrogate in surrogates]

    def lacking(parameters: params.Parameters) -> tuple[str, ...]:
        return tuple(one for one in experiments if one not in params.experiments(parameters))

    def inputs(parameters: params.Parameters, key: Key) -> Mapping[str, Output]:
        own = [] if lacking(parameters) else experiments
        found = {one: tutorial.STEP["found"].of(experiment=one) for one in own}
        # Prepared recordings tell whether they are simulated.
        for one in own:
            found |= tutorial.STEP.read(parameters, {"experiment": one})
        return found

    def settings(parameters: params.Parameters, key: Key) -> Settings:
        lacks = lacking(parameters)
        own = [] if lacks else experiments
        behind = tuple(tutorial.settings(parameters, {"experiment": one}) for one in own)
        return Settings(parameters.label, behind, tuple(chosen), params.methods(rules), lacks)

    module = f"snnlocality.reports.tutorial.{name}"
    return Report(
        name=f"tutorial_{name}",
        inputs=inputs,
        settings=settings,
        choices=lambda settings: (module, *settings.choices),
        outputs={"figure": f"tutorial/{name}.svg", "table": f"tutorial/{name}.csv"},
        entry="snnlocality.reports.tutorial.rendering:render",
        section="tutorial",
        stage="tutorial",
        **said,
    )


STEPS = (
    _report(
        "figure1",
        place=210,
        short="Figure 1",
        title="A leaky integrate-and-fire neuron",
        lead="Below the threshold at first, then firing.",
    ),
    _report(
        "figure2",
        place=220,
        short="Figure 2",
        title="The unrolled graph",
        lead="Every edge that a learning rule may cut: leaks, recurrence, reset, and the way within a step.",
    ),
    _report(
        "figure3",
        place=230,
        short="Figure 3",
        title="Surrogate derivatives",
        lead="The step's own derivative is zero, and undefined at the threshold.",
        surrogates=registry.names(registry.SURROGATES),
    ),
    _report(
        "figure4",
        place=240,
        short="Figure 4",
        title="Loss and gradients along the way of training",
        lead="The loss is a staircase: its true gradient is zero between steps. The surrogate gradient is not.",
        experiments=("landscape",),
    ),
    _report(
        "figure5",
        place=250,
        short="Figure 5",
        title="The ways of errors",
        lead="Drawn from what the learning rules declare.",
        rules=("bptt", "feedback_alignment", "direct_feedback_alignment", "decolle"),
    ),
    _report(
        "figure6",
        place=260,
        short="Figure 6",
        title="Local errors in a convolutional network",
        lead="The tutorial's example learns gestures; where these are not at hand, the study's digits stand in.",
        experiments=("convolution",),
    ),
    _report(
        "figure7",
        place=270,
        short="Figure 7",
        title="Temporal exclusive or",
        lead="Learned from exact spike times; not from every start. SpikeProp beside it.",
        experiments=("temporal_xor",),
    ),
    _report(
        "superspike",
        place=280,
        short="SuperSpike",
        title="A pattern of spikes in answer to noise",
        lead="With every kind of feedback.",
        experiments=("superspike",),
    ),
    _report(
        "smoothed",
        place=281,
        short="Smoothed models",
        title="Soft threshold, escape noise, rate coding",
        lead="Models with true gradients, each on a small task.",
        experiments=("soft_threshold", "escape_noise", "rate_coding"),
    ),
    _report(
        "exactness",
        place=282,
        short="Gradients",
        title="Each rule's gradient beside BPTT's",
        lead="RTRL is exact; what the others leave out shows.",
        experiments=("exactness",),
    ),
    _report(
        "surrogates",
        place=283,
        short="Surrogates",
        title="Does the shape of the derivative matter?",
        lead="Eight shapes of the same width, at equal peak and at equal area.",
        experiments=("surrogates",),
    ),
    _report(
        "adaptation",
        place=284,
        short="Adaptive thresholds",
        title="A cue, a delay, a question",
        lead="Neurons that adapt carry what leaky ones have forgotten; e-prop's traces know it.",
        experiments=("adaptation",),
    ),
)
