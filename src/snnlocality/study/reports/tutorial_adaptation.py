"""The tutorial: a cue, a delay, a question."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "adaptation",
    place=284,
    short="Adaptive thresholds",
    title="A cue, a delay, a question",
    lead="Neurons that adapt carry what leaky ones have forgotten; e-prop's traces know it.",
    help="Draw how a delay is bridged with adaptive thresholds, and without.",
    experiments=("adaptation",),
)
