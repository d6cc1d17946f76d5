"""Random back-propagation with a window: a random error meets neurons whose potential is near the threshold."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, OwnSurrogate, Rule

RULE = Rule(
    label="eRBP",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Neftci et al. 2017; Neftci et al. 2019, section IV-B",
    surrogate=OwnSurrogate("boxcar", 1.0),
)
