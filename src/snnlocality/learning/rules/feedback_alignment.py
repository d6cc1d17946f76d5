"""Feedback alignment: as BPTT, but errors travel by fixed random matrices, down the layers and through recurrence.

No weight is transported. On a network without recurrence the time axis is BPTT's.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="Feedback alignment",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=FeedbackWeights.RANDOM,
    through_reset=True,
    reference="Lillicrap et al. 2016; Neftci et al. 2019, fig. 5b",
)
