"""Online spatio-temporal learning: exact credit in time within a layer, through reset and recurrence, the error of the
same step between layers.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="OSTL",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Bohnstingl et al. 2022",
    instantaneous=True,
)
