"""The tutorial: loss and gradients along the way of training."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure4",
    place=240,
    short="Figure 4",
    title="Loss and gradients along the way of training",
    lead="The loss is a staircase: its true gradient is zero between steps. The surrogate gradient is not.",
    help="Draw the tutorial's figure 4: loss and gradients along a line in weight space.",
    experiments=("landscape",),
)
