"""The tutorial: the ways of errors."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure5",
    place=250,
    short="Figure 5",
    title="The ways of errors",
    lead="Drawn from what the learning rules declare.",
    help="Draw the tutorial's figure 5: the ways of errors, from the rules' declarations.",
    rules=("bptt", "feedback_alignment", "direct_feedback_alignment", "decolle"),
)
