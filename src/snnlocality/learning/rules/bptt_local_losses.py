"""BPTT of the readout's loss and DECOLLE's local losses together: what of DECOLLE are its losses alone?

The gradient of the sum of all losses, each layer's taken on its own fixed random readout.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="BPTT (local losses)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    local_losses=True,
    reference="Neftci et al. 2019, eqs. 7 and 14 together",
)
