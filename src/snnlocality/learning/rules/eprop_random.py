"""e-prop with fixed random broadcast weights instead of the symmetric ones."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="e-prop (random)",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Bellec et al. 2020, random e-prop",
)
