"""The tutorial: the unrolled graph."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure2",
    place=220,
    short="Figure 2",
    title="The unrolled graph",
    lead="Every edge that a learning rule may cut: leaks, recurrence, reset, and the way within a step.",
    help="Draw the tutorial's figure 2: the unrolled graph of a network.",
)
