"""TESS: S-TLLR's traces with errors of a loss of each layer's own, so local in time and in space.

The original reads a layer by square waves; here, as for every rule with local losses, by a fixed random matrix.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule, TwoSided

RULE = Rule(
    label="TESS",
    source=ErrorSource.LOCAL,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=None,
    through_reset=False,
    reference="Apolinario, Roy & Frenkel 2025",
    instantaneous=True,
    trace=TwoSided(presynaptic=0.75, postsynaptic=0.2, noncausal=-1.0),
)
