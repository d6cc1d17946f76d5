"""A learning rule is a routing table: where a layer's error comes from, by which weights, through what.

Every rule runs the same backward scan (``engines.interface``) with different edges cut. With B_l[t] the error
delivered to layer l, lambda the adjoints, h the surrogate derivative:

    G_l[t]  = B_l[t] + [recurrence] V_l^T lambda_I_l[t+1] - [reset] theta lambda_U_l[t+1]

| source | B_l[t] comes from | by the weights |
|---|---|---|
| above | lambda_I of the layer above; lambda_y for the last hidden layer | transpose: W_{l+1}^T |
| | | random or adaptive: B_l^T, B_l of the shape of W_{l+1} |
| readout | lambda_y[t] | product: (W_out W_L ... W_{l+1})^T |
| | | transpose: O_l^T; random: B_l^T; adaptive: B_l^T, B_l of the shape of O_l |
| local | dL_l/dY_l[t], Y_l = B_l s_l[t] being the layer's own readout | random: B_l^T |

The readout's own weights O_l exist where it reads every hidden layer directly (O_L being W_out): a rule that sends
errors down by them trains such networks, all others those whose readout reads the last layer. In such a network
O_l^T lambda_y joins what comes from above, since the loss's gradient does so.

A rule with local losses besides adds B_l^T dL_l/dY_l to what its source delivers, and this travels on like all else.

Credit through recurrence travels by V_l^T (transpose) or by R_l^T, a fixed random matrix. Adaptive feedback weights
get the same updates as the forward weights they stand for, and both decay (Kolen & Pollack 1994), so that they come
to agree. A rule that truncates cuts every edge from a window of steps to the one before.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ErrorSource(StrEnum):
    """Where the error delivered to a hidden layer comes from, global to local."""

    ABOVE = "above"
    READOUT = "readout"
    LOCAL = "local"


class FeedbackWeights(StrEnum):
    """The weights by which the error travels to a hidden layer, from those that know most of the network."""

    PRODUCT = "product"
    TRANSPOSE = "transpose"
    ADAPTIVE = "adaptive"
    RANDOM = "random"


_PRODUCT, _TRANSPOSE, _ADAPTIVE, _RANDOM = FeedbackWeights
_ALLOWED = {
    ErrorSource.ABOVE: {_TRANSPOSE, _ADAPTIVE, _RANDOM},
    ErrorSource.READOUT: {_PRODUCT, _TRANSPOSE, _ADAPTIVE, _RANDOM},
    ErrorSource.LOCAL: {_RANDOM},
}


class OwnSurrogate(NamedTuple):
    """The surrogate derivative that a rule is defined with."""

    name: str  # a file in ``neurons.surrogates``
    slope: float  # k of its formula


@dataclass(frozen=True)
class Rule:
    """One learning rule. ``label`` is how the papers and all tables write it."""

    label: str
    source: ErrorSource
    weights: FeedbackWeights
    through_recurrence: FeedbackWeights | None  # None: no credit goes through recurrent connections
    through_reset: bool
    reference: str
    local_losses: bool = False  # whether layers have losses of their own beside the error from above or the readout
    truncation: int | None = None  # steps of a window that credit does not leave; None: it goes back to the first step
    surrogate: OwnSurrogate | None = None  # None: the study's
    decay: float = 0.0  # of adaptive feedback weights and of the weights they stand for, per step of training

    def __post_init__(self) -> None:
        """Refuse values and combinations that have no meaning; raises ValueError."""
        if not (isinstance(self.label, str) and self.label.strip() and self.label.isprintable()):
            raise ValueError(f"the label is a line of text that tables write, not {self.label!r}")
        if not isinstance(self.source, ErrorSource):
            raise ValueError(f"source is one of {', '.join(map(str, ErrorSource))}, not {self.source!r}")
        if not isinstance(self.weights, FeedbackWeights):
            raise ValueError(f"weights are one of {', '.join(map(str, FeedbackWeights))}, not {self.weights!r}")
        if not isinstance(self.through_reset, bool):
            raise ValueError(f"through_reset is True or False, not {self.through_reset!r}")
        if not isinstance(self.local_losses, bool):
            raise ValueError(f"local_losses is True or False, not {self.local_losses!r}")
        if self.local_losses and self.weights not in (_PRODUCT, _TRANSPOSE):
            raise ValueError(f"an error by {self.weights} weights leaves no matrices B_l for local losses")
        if self.truncation is not None and not (type(self.truncation) is int and self.truncation >= 1):
            raise ValueError(f"truncation is a number of steps from 1 on, not {self.truncation!r}")
        if not (isinstance(self.decay, (int, float)) and 0 <= self.decay < 1):
            raise ValueError(f"decay is a number from 0 to below 1, not {self.decay!r}")
        if self.surrogate is not None and not 0 < self.surrogate.slope < math.inf:
            raise ValueError(f"the slope of a surrogate is a number above 0, not {self.surrogate.slope!r}")
        if self.weights not in _ALLOWED[self.source]:
            raise ValueError(f"an error from {self.source} cannot travel by {self.weights} weights")
        if not any(self.through_recurrence is allowed for allowed in (None, _TRANSPOSE, _RANDOM)):
            raise ValueError(f"credit through recurrence cannot travel by {self.through_recurrence} weights")

    @property
    def layers_have_losses(self) -> bool:
        """Whether the hidden layers have losses of their own, alone or besides."""
        return self.source is ErrorSource.LOCAL or self.local_losses

    @property
    def direct_readout(self) -> bool:
        """Whether the networks that it trains have a readout that reads every hidden layer."""
        return self.source is ErrorSource.READOUT and self.weights in (_TRANSPOSE, _ADAPTIVE)
