"""Symmetric e-prop where the readout reads every layer: each layer gets the error by the weights it is read by.

As the authors' own multi-layer networks do, where no product of weights is needed.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="e-prop (direct readout)",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=False,
    reference="Bellec et al. 2020, readout of all layers",
)
