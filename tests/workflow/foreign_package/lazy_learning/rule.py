"""e-prop by random weights that looks back no further than a few steps."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

from .constants import WINDOW

RULE = Rule(
    label="Lazy",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    truncation=WINDOW,
    reference="nobody",
)
