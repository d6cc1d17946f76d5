"""Symmetric e-prop: the readout's error is broadcast to every hidden layer by the product of the weights above it.

The adjoint lambda_y, not the raw error, is what travels: it carries the readout's leak (the filtered
eligibility trace of the original, in its anti-causal form).
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="e-prop",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.PRODUCT,
    through_recurrence=None,
    through_reset=False,
    reference="Bellec et al. 2020; multi-layer form: docs/architecture.md",
)
