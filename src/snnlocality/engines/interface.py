"""What every engine offers, and the values that go in and out.

An engine says *how* the forward model (``neurons.lif``) and the adjoint are computed, never *what*. The
adjoint, run from t = T down to 1, with h the surrogate derivative and B_l[t] the error that the learning
rule (``learning.rule``) delivers to layer l::

    lambda_y[t]  = kappa lambda_y[t+1] + dL/dy[t]
    G_l[t]       = B_l[t] + [recurrence] V_l^T lambda_I_l[t+1] - [reset] theta lambda_U_l[t+1]
    G_l[t]       = G_l[t] + lambda_a_l[t+1]                              (with an adaptive threshold)
    lambda_a_l[t] = rho   lambda_a_l[t+1] - b h(U_l[t] - theta) G_l[t]
    lambda_U_l[t] = beta  lambda_U_l[t+1] + h(U_l[t] - theta) G_l[t]
    lambda_I_l[t] = alpha lambda_I_l[t+1] + lambda_U_l[t]
    dW_l = sum_t lambda_I_l[t] s_{l-1}[t]^T       dV_l = sum_t lambda_I_l[t] s_l[t-1]^T, zero diagonal
    dW_out = sum_t lambda_y[t] s_L[t]^T           dO_l = sum_t lambda_y[t] s_l[t]^T

U_l is the potential less b a_l: its distance from theta is all that matters. Credit through a neuron's own adaptation
is local, so every rule has it. Arrays at this interface are NumPy arrays; time comes first, then the sample, then the
unit.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from snnlocality.learning.adam import AdamStep
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Weights

if TYPE_CHECKING:
    from snnlocality.data.batches import Batch


class Events(NamedTuple):
    """Event input of a batch: a view of a packed set of recordings, never a dense array.

    ``units[offsets[i * steps + t] : offsets[i * steps + t + 1]]`` are the active units of recording i at step t; a
    unit listed twice counts twice. Sample b of the batch is recording ``index[b]``.
    """

    units: np.ndarray  # (events of the packed set,) uint16
    offsets: np.ndarray  # (recordings * steps + 1,) int64
    index: np.ndarray  # (samples,) int64
    steps: int
    inputs: int  # number of input units
    current: np.ndarray | None = None  # (samples, inputs): added to the input at every step, as an attack does

    @property
    def samples(self) -> int:
        """Number of samples in the batch."""
        return len(self.index)

    def counts(self) -> np.ndarray:
        """Events of every unit over the whole recording, (samples, inputs) float32; without the current."""
        T = self.steps
        spans = (self.units[self.offsets[i * T] : self.offsets[(i + 1) * T]] for i in self.index)
        return np.array([np.bincount(span, minlength=self.inputs) for span in spans], np.float32)

    def dense(self) -> np.ndarray:
        """The same input as a dense array, (steps, samples, inputs) float32; for what cannot be had otherwise."""
        T = self.steps
        result = np.zeros((T, self.samples, self.inputs), np.float32)
        for sample, recording in enumerate(self.index):
            offsets = self.offsets[recording * T : (recording + 1) * T + 1]
            step = np.repeat(np.arange(T), np.diff(offsets))
            np.add.at(result, (step, sample, self.units[offsets[0] : offsets[-1]]), 1)
        return result if self.current is None else result + self.current.astype(np.float32)


Inputs = Events | np.ndarray  # or a dense current of shape (steps, samples, inputs)


class Errors(NamedTuple):
    """Loss derivatives a backward scan starts from."""

    readout: np.ndarray  # dL/dy, (steps, samples, classes)
    local: tuple[np.ndarray, ...]  # dL_l/dY_l per hidden layer, same shape; empty unless the rule is local


class Learned(NamedTuple):
    """What a training step needs to know of a batch."""

    loss: float  # the readout's, mean over the steps that count
    gradients: dict[str, np.ndarray]  # by weight name
    readout: np.ndarray  # y, (steps, samples, classes)


class Traces(Protocol):
    """What a forward pass leaves behind; an engine keeps it in its own form and converts what is asked for."""

    @property
    def readout(self) -> np.ndarray:
        """y, (steps, samples, classes)."""
        ...

    @property
    def spikes(self) -> tuple[np.ndarray, ...]:
        """s_l per hidden layer, dense, (steps, samples, N_l)."""
        ...

    @property
    def potentials(self) -> tuple[np.ndarray, ...]:
        """U_l per hidden layer, (steps, samples, N_l)."""
        ...

    def project(self, layer: int, matrix: np.ndarray) -> np.ndarray:
        """``matrix`` s_l[t] of hidden layer ``layer`` (from 1): (steps, samples, rows of the matrix)."""
        ...

    def spike_counts(self, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        """Spikes of every neuron in the steps where ``mask`` (steps, samples) is 1: (N_l,) per hidden layer."""
        ...


class Engine(Protocol):
    """Forward and backward; everything else (training, attacks, analyses) is a client of these."""

    name: str

    def forward(self, network: Network, inputs: Inputs) -> Traces:
        """Simulate the network on a batch."""
        ...

    def backward(self, traces: Traces, errors: Errors, rule: Rule) -> dict[str, np.ndarray]:
        """Gradients by weight name, summed over the batch's samples and steps."""
        ...

    def input_adjoint(self, traces: Traces, errors: Errors, rule: Rule) -> np.ndarray:
        """lambda_I_1, (steps, samples, N_1): the gradient by the current W_1 x[t] that the input drives."""
        ...

    def loss_and_gradients(
        self, network: Network, batch: "Batch", rule: Rule, loss: str, local_loss: str | None
    ) -> Learned:
        """Forward, ``learning.losses.errors`` of the named losses, and backward, in one go."""
        ...

    def place(self, weights: Weights) -> dict[str, np.ndarray]:
        """A copy of the weights laid out in memory as the engine reads them fastest: same values, same shapes."""
        ...

    def adam(self, weights: Weights, gradients: Weights, first: Weights, second: Weights, step: AdamStep) -> None:
        """One step of Adam on all weights, in place: see ``learning.adam.update``."""
        ...
