"""BPTT without credit through the reset, as most public code has it.

On one hidden layer without recurrence this is symmetric e-prop, exactly.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="BPTT (reset detached)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=False,
    reference="Neftci et al. 2019, eq. 7; reset term dropped as in Zenke & Ganguli 2018",
)
