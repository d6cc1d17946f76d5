"""The tutorial: temporal exclusive or."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure7",
    place=270,
    short="Figure 7",
    title="Temporal exclusive or",
    lead="Learned from exact spike times; not from every start. SpikeProp beside it.",
    help="Draw the tutorial's figure 7: temporal exclusive or from spike times.",
    experiments=("temporal_xor",),
)
