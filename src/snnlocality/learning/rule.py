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
| target | -onehot of step t, the target in the place of an error | random: B_l^T |

The readout's own weights O_l exist where it reads every hidden layer directly (O_L being W_out): a rule that sends
errors down by them trains such networks, all others those whose readout reads the last layer. In such a network
O_l^T lambda_y joins what comes from above, since the loss's gradient does so.

A rule with local losses besides adds B_l^T dL_l/dY_l to what its source delivers, and this travels on like all else.

Credit through recurrence travels by V_l^T (transpose) or by R_l^T, a fixed random matrix. Adaptive feedback weights
get the same updates as the forward weights they stand for, and both decay (Kolen & Pollack 1994), so that they come
to agree.

That is space. In time a rule may know less than the adjoint, and then its gradients can be had forward in time:

- *truncated*: every edge from a window of steps to the one before is cut.
- *instantaneous*: what travels is the error of the same step, h B_l[t] from layer to layer instead of lambda_I, and
  dL/dy[t] from the readout instead of lambda_y. Within a layer credit goes back in time as said above.
- *a trace of its own*: within a layer, the error of a step does not meet what the neuron's states remember of a
  synapse but what the rule says (``TwoSided``, ``Smoothed``).
- *taught*: the error arrives in some steps only, drawn anew for every batch.

docs/rules.md relates these axes to other taxonomies.
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
    TARGET = "target"


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
    ErrorSource.TARGET: {_RANDOM},
}


class Reach(StrEnum):
    """How far credit goes back in time, global to local."""

    ACROSS_LAYERS = "across layers"
    IN_WINDOWS = "across layers, in windows"
    WITHIN_LAYERS = "within layers"
    WITHIN_NEURONS = "within neurons"
    OWN_TRACES = "traces of its own"
    NOWHERE = "nowhere"


class OwnSurrogate(NamedTuple):
    """The surrogate derivative that a rule is defined with."""

    name: str  # a file in ``neurons.surrogates``
    slope: float  # k of its formula


class TwoSided(NamedTuple):
    """What came before a neuron was near its threshold, and what came after (Apolinario & Roy 2024, eq. 10).

    With x the source of a synapse and B the error delivered to its neuron:

        dw = sum_t B[t] (h[t] q[t] + noncausal p[t-1] x[t])
        q[t] = presynaptic q[t-1] + x[t]        p[t] = postsynaptic p[t-1] + h[t]
    """

    presynaptic: float  # decay per step of the trace of the source
    postsynaptic: float  # decay per step of the trace of h
    noncausal: float  # weight of the second term, of either sign


class Smoothed(NamedTuple):
    """A trace that factorises, each factor smoothed (Wang et al. 2026, pp-prop; ES-D-RTRL before).

    With D[t] the derivative of a neuron's states (I, U) by those of the step before, its own reset among them if
    credit goes through it, and f_U the second component of f:

        dw = sum_t B[t] h[t] f_U[t] q[t]
        q[t] = decay q[t-1] + x[t]        f[t] = decay D[t] f[t-1] + (1 - decay) (1, 1)
    """

    decay: float  # per step


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
    instantaneous: bool = False  # whether layers get the error of the same step alone
    trace: TwoSided | Smoothed | None = None  # None: what the neuron's states remember of a synapse
    taught: float = 1.0  # share of the steps in which the error arrives
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
        for name in ("local_losses", "instantaneous"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} is True or False, not {getattr(self, name)!r}")
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
        if not (isinstance(self.taught, (int, float)) and 0 < self.taught <= 1):
            raise ValueError(f"taught is a share of steps above 0 and up to 1, not {self.taught!r}")
        if self.trace is not None:
            self._check_trace()

    def _check_trace(self) -> None:
        if not isinstance(self.trace, (TwoSided, Smoothed)):
            raise ValueError(f"trace is None, TwoSided or Smoothed, not {self.trace!r}")
        decays = self.trace[:2] if isinstance(self.trace, TwoSided) else self.trace
        if not all(0 <= decay < 1 for decay in decays):
            raise ValueError(f"a trace decays by a number from 0 to below 1 per step: {self.trace}")
        if isinstance(self.trace, TwoSided) and not math.isfinite(self.trace.noncausal):
            raise ValueError(f"the weight of the non-causal term is a number, not {self.trace.noncausal!r}")
        if not self.instantaneous or self.truncation or self.through_recurrence:
            raise ValueError("a trace of its own meets errors of the same step, and no credit goes through recurrence")
        if self.through_reset and isinstance(self.trace, TwoSided):
            raise ValueError("a trace of the source and one of h know nothing of the reset")

    @property
    def layers_have_losses(self) -> bool:
        """Whether hidden layers have an error of their own, alone or besides: dL_l/dY_l, or the target in its place."""
        return self.own_errors or self.local_losses

    @property
    def reach(self) -> Reach:
        """Where its credit goes back in time, and so what its online form must keep."""
        if self.truncation == 1:
            return Reach.NOWHERE
        if self.trace is not None:
            return Reach.OWN_TRACES
        if self.source is ErrorSource.ABOVE and not self.instantaneous:
            return Reach.IN_WINDOWS if self.truncation else Reach.ACROSS_LAYERS
        return Reach.WITHIN_LAYERS if self.through_recurrence else Reach.WITHIN_NEURONS

    @property
    def own_errors(self) -> bool:
        """Whether all that a hidden layer is told is an error of its own."""
        return self.source in (ErrorSource.LOCAL, ErrorSource.TARGET)

    @property
    def direct_readout(self) -> bool:
        """Whether the networks that it trains have a readout that reads every hidden layer."""
        return self.source is ErrorSource.READOUT and self.weights in (_TRANSPOSE, _ADAPTIVE)
