"""e-prop whose broadcast weights learn: they get the updates of the weights by which the readout reads every layer.

Both decay (Kolen & Pollack 1994), so that they come to agree and the error arrives as in ``eprop_direct``.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="e-prop (direct readout, adaptive)",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.ADAPTIVE,
    through_recurrence=None,
    through_reset=False,
    reference="Bellec et al. 2020, adaptive e-prop",
    decay=1e-3,
)
