"""S-TLLR: the spatial error of each step meets a causal and a non-causal trace, as pairs of spikes do in STDP.

Decays and sign are those that its authors use for recordings of gestures; its second surrogate, for the traces, is the
study's own here.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule, TwoSided

RULE = Rule(
    label="S-TLLR",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=False,
    reference="Apolinario & Roy 2024, eq. 10-11",
    instantaneous=True,
    trace=TwoSided(presynaptic=0.75, postsynaptic=0.2, noncausal=-1.0),
)
