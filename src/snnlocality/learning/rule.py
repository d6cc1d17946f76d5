"""A learning rule is a routing table: where a layer's error comes from, by which weights, through what.

Every rule runs the same backward scan (``engines.interface``) with different edges cut. With B_l[t] the error
delivered to layer l, lambda the adjoints, h the surrogate derivative::

    G_l[t]  = B_l[t] + [recurrence] V_l^T lambda_I_l[t+1] - [reset] theta lambda_U_l[t+1]

=========  ==========================================  ============================================
source     B_l[t]                                      weights it can travel by
=========  ==========================================  ============================================
above      from lambda_I of the layer above,           transpose: W_{l+1}^T
           lambda_y for the last hidden layer
readout    from lambda_y[t]                            product: (W_out W_L ... W_{l+1})^T; random: B_l^T
local      from dL_l/dY_l[t], Y_l = B_l s_l[t] being   random: B_l^T
           the layer's own readout
=========  ==========================================  ============================================
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from snnlocality.network import Shape


class ErrorSource(StrEnum):
    """Where the error delivered to a hidden layer comes from, global to local."""

    ABOVE = "above"
    READOUT = "readout"
    LOCAL = "local"


class FeedbackWeights(StrEnum):
    """The weights by which the error travels to a hidden layer."""

    TRANSPOSE = "transpose"
    PRODUCT = "product"
    RANDOM = "random"


@dataclass(frozen=True)
class Rule:
    """One learning rule. ``label`` is how the papers and all tables write it."""

    label: str
    source: ErrorSource
    weights: FeedbackWeights
    through_recurrence: bool
    through_reset: bool
    reference: str

    def __post_init__(self) -> None:
        """Refuse combinations that have no meaning."""
        allowed = {
            ErrorSource.ABOVE: {FeedbackWeights.TRANSPOSE},
            ErrorSource.READOUT: {FeedbackWeights.PRODUCT, FeedbackWeights.RANDOM},
            ErrorSource.LOCAL: {FeedbackWeights.RANDOM},
        }[self.source]
        if self.weights not in allowed:
            raise ValueError(f"an error from {self.source} cannot travel by {self.weights} weights")


def draw_feedback(rule: Rule, shape: Shape, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Fixed random matrices B_l of shape (classes, N_l), Gaussian of variance 1/N_l; none if the rule needs none.

    For e-prop they carry the readout's error down; for DECOLLE they are also the layer's own readout.
    """
    if rule.weights is not FeedbackWeights.RANDOM:
        return {}
    return {
        f"B{layer}": (generator.standard_normal((shape.classes, units)) / np.sqrt(units)).astype(np.float32)
        for layer, units in enumerate(shape.hidden, start=1)
    }
