"""OSTL without H whose errors travel down by fixed random matrices."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="OSTL (random)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=True,
    reference="Bohnstingl et al. 2022; Lillicrap et al. 2016",
    instantaneous=True,
)
