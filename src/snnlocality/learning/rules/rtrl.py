"""Real-time recurrent learning: exact credit carried forward in time.

It is the same sum as BPTT's in another order, so the scan that computes it is BPTT's; its literal form, and what that
costs, are in ``learning.online``.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="RTRL",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Williams & Zipser 1989; Neftci et al. 2019, eq. 8",
)
