"""Back-propagation through time with surrogate gradients: every edge of the unrolled graph carries credit."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="BPTT",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Neftci et al. 2019, eq. 7",
)
