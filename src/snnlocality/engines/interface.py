"""What every engine offers; the values that go in and out are in ``engines.values`` and ``data.inputs``.

An engine says *how* the forward model (``neurons.lif``) and the adjoint are computed, never *what*. The
adjoint, run from t = T down to 1, with h the surrogate derivative and B_l[t] the error that the learning
rule (``learning.rule``) delivers to layer l, that of a loss of the layer's own included:

    lambda_y[t]  = kappa lambda_y[t+1] + dL/dy[t]
    G_l[t]       = B_l[t] + [recurrence] V_l^T lambda_I_l[t+1] - [reset] theta lambda_U_l[t+1]
    G_l[t]       = G_l[t] + lambda_a_l[t+1]                              (with an adaptive threshold)
    lambda_a_l[t] = rho   lambda_a_l[t+1] - b h(U_l[t] - theta) G_l[t]
    lambda_U_l[t] = beta  lambda_U_l[t+1] + h(U_l[t] - theta) G_l[t]
    lambda_I_l[t] = alpha lambda_I_l[t+1] + lambda_U_l[t]
    dW_l = sum_t lambda_I_l[t] s_{l-1}[t]^T       dV_l = sum_t lambda_I_l[t] s_l[t-1]^T, zero diagonal
    dW_out = sum_t lambda_y[t] s_L[t]^T           dO_l = sum_t lambda_y[t] s_l[t]^T

U_l is the potential less b a_l: its distance from theta is all that matters. Credit through a neuron's own adaptation
is local: every rule has it whose synapses remember what the neuron's states do.

These are the equations of leaky neurons. Those of other kinds are their own (``neurons.neuron``), and instantaneous
rules and those with traces of their own differ as ``learning.rule`` says.
"""

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np

from snnlocality.data.inputs import Batch, Driven, Events, Inputs
from snnlocality.engines.values import Errors, Learned, Traces
from snnlocality.learning import adam
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Weights


def as_dense(network: Network, inputs: Driven) -> tuple[Network, np.ndarray]:
    """A network of which the drive is the input: for engines that have no way of their own to take it."""
    W = network.weights["W1"]
    driven = replace(network, weights={**network.weights, "W1": np.eye(len(W), dtype=W.dtype)})
    return driven, inputs.dense()


def refuse_driven(driven: bool) -> None:
    """Raises ValueError where gradients of weights are asked for of what the input drives, and not of the input."""
    if driven:
        raise ValueError("gradients of weights need the input itself, not what it drives")


class Engine(ABC):
    """Forward and backward; everything else (training, attacks, analyses) is a client of these.

    An engine without one of the abstract verbs cannot be made. The others have a meaning in terms of those, which an
    engine may reach by a faster way. Every public method is a verb, and is tested for every engine.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """What a person calls the engine."""

    @abstractmethod
    def forward(self, network: Network, inputs: Inputs) -> Traces:
        """Simulate the network on a batch."""

    @abstractmethod
    def backward(self, traces: Traces, errors: Errors, rule: Rule) -> dict[str, np.ndarray]:
        """Gradients by weight name, summed over the batch's samples and steps; raises as ``refuse_driven``."""

    @abstractmethod
    def input_adjoint(self, traces: Traces, errors: Errors, rule: Rule) -> np.ndarray:
        """What the first layer passes down, (steps, samples, N_1): lambda_I_1, the gradient by the current W_1 x[t].

        Of an instantaneous rule h B_1[t], which is no gradient.
        """

    def drive(self, network: Network, inputs: Events | np.ndarray) -> np.ndarray:
        """W_1 x[t], (steps, samples, N_1): what the inputs drive the first layer by."""
        x = inputs.dense() if isinstance(inputs, Events) else inputs
        return x @ network.weights["W1"].T

    def constant_input_adjoint(self, traces: Traces, errors: Errors, rule: Rule) -> np.ndarray:
        """``input_adjoint`` summed over the steps, (samples, N_1): the gradient by W_1 x of an x that is constant."""
        summed: np.ndarray = self.input_adjoint(traces, errors, rule).sum(axis=0)
        return summed

    def loss_and_gradients(
        self, network: Network, batch: Batch, rule: Rule, loss: str, local_loss: str | None
    ) -> Learned:
        """Forward, ``learning.losses.errors`` of the named losses, and backward, in one go."""
        traces, local = self.forward(network, batch.inputs), LOSSES[local_loss] if local_loss else None
        value, found = errors(network, traces, batch, rule, LOSSES[loss], local)
        return Learned(value, self.backward(traces, found, rule), traces.readout)

    def place(self, weights: Weights) -> dict[str, np.ndarray]:
        """A copy of the weights laid out in memory as the engine reads them fastest: same values, same shapes."""
        return {name: np.array(array, order="C") for name, array in weights.items()}

    def adam(self, weights: Weights, gradients: Weights, first: Weights, second: Weights, step: adam.AdamStep) -> None:
        """One step of Adam on all weights, in place: see ``learning.adam.update``."""
        adam.update(weights, gradients, first, second, step)
