"""The tutorial: each rule's gradient beside BPTT's."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "exactness",
    place=282,
    short="Gradients",
    title="Each rule's gradient beside BPTT's",
    lead="RTRL is exact; what the others leave out shows.",
    help="Draw how far the gradients of rules are from BPTT's.",
    experiments=("exactness",),
)
