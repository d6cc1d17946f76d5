"""Direct random target projection: the target, by a fixed random matrix, meets the input of the same step.

The original trains networks without time; here every step is one.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="DRTP",
    source=ErrorSource.TARGET,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Frenkel et al. 2021",
    truncation=1,
)
