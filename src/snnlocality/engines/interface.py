"""What every engine offers, and the values that go in and out.

An engine says *how* the forward model (``neurons.lif``) and the adjoint are computed, never *what*. The
adjoint, run from t = T down to 1, with h the surrogate derivative and B_l[t] the error that the learning
rule (``learning.rule``) delivers to layer l::

    lambda_y[t]  = kappa lambda_y[t+1] + dL/dy[t]
    G_l[t]       = B_l[t] + [recurrence] V_l^T lambda_I_l[t+1] - [reset] theta lambda_U_l[t+1]
    lambda_U_l[t] = beta  lambda_U_l[t+1] + h(U_l[t] - theta) G_l[t]
    lambda_I_l[t] = alpha lambda_I_l[t+1] + lambda_U_l[t]
    dW_l = sum_t lambda_I_l[t] s_{l-1}[t]^T       dV_l = sum_t lambda_I_l[t] s_l[t-1]^T, zero diagonal
    dW_out = sum_t lambda_y[t] s_L[t]^T

Arrays at this interface are NumPy arrays; time comes first, then the sample, then the unit.
"""

from typing import Any, NamedTuple, Protocol

import numpy as np

from snnlocality.learning.rule import Rule
from snnlocality.network import Network


class Events(NamedTuple):
    """Event input of a batch: the active units of every sample and step, never a dense array.

    ``units[offsets[b * steps + t] : offsets[b * steps + t + 1]]`` are those of sample b at step t; a unit listed
    twice counts twice.
    """

    units: np.ndarray  # (events,) integer
    offsets: np.ndarray  # (samples * steps + 1,) int64
    samples: int
    steps: int
    inputs: int  # number of input units


Inputs = Events | np.ndarray  # or a dense current of shape (steps, samples, inputs)


class Errors(NamedTuple):
    """Loss derivatives a backward scan starts from."""

    readout: np.ndarray  # dL/dy, (steps, samples, classes)
    local: tuple[np.ndarray, ...]  # dL_l/dY_l per hidden layer, same shape; empty unless the rule is local


class Traces(NamedTuple):
    """What a forward pass leaves behind. ``state`` is the engine's own and is only handed back to it."""

    readout: np.ndarray  # y, (steps, samples, classes)
    spikes: tuple[np.ndarray, ...]  # s_l per hidden layer, (steps, samples, N_l)
    potentials: tuple[np.ndarray, ...]  # U_l per hidden layer, same shape
    state: Any


class Engine(Protocol):
    """Forward and backward; everything else (training, attacks, analyses) is a client of these two."""

    def forward(self, network: Network, inputs: Inputs) -> Traces:
        """Simulate the network on a batch."""
        ...

    def backward(self, traces: Traces, errors: Errors, rule: Rule) -> dict[str, np.ndarray]:
        """Gradients by weight name, summed over the batch's samples and steps."""
        ...
