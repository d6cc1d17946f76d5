"""BPTT without credit through recurrent connections: e-prop's cut in time, global credit in space."""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="BPTT (no recurrence)",
    source=ErrorSource.ABOVE,
    weights=FeedbackWeights.TRANSPOSE,
    through_recurrence=None,
    through_reset=True,
    reference="Neftci et al. 2019, section III-B, with V's edges cut",
)
