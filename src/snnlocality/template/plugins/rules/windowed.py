"""e-prop whose traces start anew every ten steps: an example. The file's name is the rule's name."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="e-prop, windows of 10",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.PRODUCT,
    through_recurrence=None,
    through_reset=False,
    truncation=10,
    reference="an example",
)
