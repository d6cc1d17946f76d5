"""The tutorial: a pattern of spikes in answer to noise."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "superspike",
    place=280,
    short="SuperSpike",
    title="A pattern of spikes in answer to noise",
    lead="With every kind of feedback.",
    help="Draw what SuperSpike learns, and how fast with every kind of feedback.",
    experiments=("superspike",),
)
