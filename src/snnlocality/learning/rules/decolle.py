"""DECOLLE: every hidden layer learns from the loss of its own fixed random readout; the output layer from its own."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="DECOLLE",
    source=ErrorSource.LOCAL,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Kaiser, Mostafa & Neftci 2020; Neftci et al. 2019, eq. 14",
)
