"""OSTL without the terms of the recurrent weights (the original's H), whose traces are as many as synapses."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="OSTL (no recurrence)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=True,
    reference="Bohnstingl et al. 2022, without H",
    instantaneous=True,
)
