"""Direct feedback alignment: the readout's error reaches every layer by a fixed random matrix of its own.

Only spatial credit is approximated; in time credit travels as in BPTT.
"""

from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="Direct feedback alignment",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.RANDOM,
    through_recurrence=FeedbackWeights.TRANSPOSE,
    through_reset=True,
    reference="Nøkland 2016; Neftci et al. 2019, fig. 5c",
)
