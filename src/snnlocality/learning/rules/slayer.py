"""SLAYER: errors are credited back in time by correlation with the synaptic response, never through the reset.

That correlation is the adjoint scan of the two leaky filters; SLAYER's own is the exponential surrogate. Published
code has it at a slope of 1 in feed-forward networks. In recurrent ones credit then grows on its way through V and
nothing is learned (docs/spectrum); at 10, the slope of the other rules here, all networks learn.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, OwnSurrogate, Rule

RULE = Rule(
    label="SLAYER",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=False,
    reference="Shrestha & Orchard 2018",
    surrogate=OwnSurrogate("exponential", 10.0),
)
