"""OSTL with target projection: in the place of an error every layer gets the target by a fixed random matrix.

Within a layer credit is OSTL's, through reset and recurrence.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="OSTTP",
    source=ErrorSource.TARGET,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Ortner et al. 2023",
    instantaneous=True,
)
