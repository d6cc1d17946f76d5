"""Event-based three-factor local plasticity: the projected target meets a trace of the source, at random times.

Teaching signals come as a Poisson process; here each step of each recording has one with the same chance.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="ETLP",
    source=ErrorSource.TARGET,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Quintana et al. 2024",
    instantaneous=True,
    taught=0.1,
)
