"""Online training through time: the spatial error of each step meets a trace of what came before.

The trace is what the potential remembers of a source. The neuron of the original has no synaptic current, so that its
trace has one decay.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="OTTT",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=False,
    reference="Xiao et al. 2022",
    instantaneous=True,
)
