"""Spatial learning through time: the error of each step travels down the layers and never back in time."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="SLTT",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=False,
    reference="Meng et al. 2023",
    truncation=1,
)
