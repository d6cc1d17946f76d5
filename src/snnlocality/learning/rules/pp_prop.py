"""pp-prop, or ES-D-RTRL: the trace of a synapse is a product of two, one of its source and one of its neuron.

The decay is that of the authors' example.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule, Smoothed

RULE = Rule(
    label="pp-prop",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=True,
    reference="Wang et al. 2026",
    instantaneous=True,
    trace=Smoothed(decay=0.9),
)
