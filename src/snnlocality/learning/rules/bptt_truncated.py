"""Truncated BPTT: credit stays within windows of ten steps."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="BPTT (truncated)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Williams & Peng 1990; Neftci et al. 2019, section III",
    truncation=10,
)
