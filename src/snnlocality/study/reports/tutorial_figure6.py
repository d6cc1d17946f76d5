"""The tutorial: local errors in a convolutional network."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure6",
    place=260,
    short="Figure 6",
    title="Local errors in a convolutional network",
    lead="The tutorial's example learns gestures; where these are not at hand, the study's digits stand in for them.",
    help="Draw the tutorial's figure 6: local errors in a convolutional network, beside BPTT.",
    experiments=("convolution",),
)
