"""Feedback alignment whose matrices learn: they get the updates of the weights they stand for, and both decay."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="Feedback alignment (adaptive)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.ADAPTIVE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Kolen & Pollack 1994; Akrout et al. 2019",
    decay=1e-3,
)
