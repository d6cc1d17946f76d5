"""The tutorial: surrogate derivatives."""

from snnlocality import registry
from snnlocality.parameters import SURROGATES
from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure3",
    place=230,
    short="Figure 3",
    title="Surrogate derivatives",
    lead="The step's own derivative is zero, and undefined at the threshold.",
    help="Draw the tutorial's figure 3: surrogate derivatives.",
    surrogates=registry.names(SURROGATES),
)
