"""Training at a chosen firing rate: a pull on the mean rate of every hidden layer, the same whatever rule learns.

Rules come to fire at rates of their own, and what is said of a rule may be said of its rate. The pull is the gradient
of

    P = strength / 2 sum_l (rate_l - target)^2,

rate_l the spikes per neuron and step of layer l in a batch. The error dP/ds_l is the same for all neurons of a layer
at all steps; it is delivered to that layer and goes no further, as the error of a local loss does (Neftci et al. 2019,
eq. 14).
"""

from dataclasses import replace
from typing import Any

import numpy as np

from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.engines.values import Errors, Learned
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.decolle import RULE as LOCAL
from snnlocality.network import Network


class AtRate:
    """An engine as it is, but that its gradients are those of the loss and the pull."""

    def __init__(self, engine: Engine, target: float, strength: float):
        self._engine, self._target, self._strength = engine, target, strength

    def __getattr__(self, name: str) -> Any:
        """All else is the engine's own."""
        return getattr(self._engine, name)

    def loss_and_gradients(
        self, network: Network, batch: Batch, rule: Rule, loss: str, local_loss: str | None
    ) -> Learned:
        """Those of the loss, by the rule, and the pull's besides."""
        learned = self._engine.loss_and_gradients(network, batch, rule, loss, local_loss)
        pulled = pull(network, batch, self._target, self._strength, self._engine)
        return learned._replace(gradients={name: of + pulled[name] for name, of in learned.gradients.items()})


def pull(network: Network, batch: Batch, target: float, strength: float, engine: Engine) -> dict[str, np.ndarray]:
    """Gradients of P by weight name; zero for the readout's."""
    classes, dtype = network.weights["W_out"].shape[0], network.weights["W_out"].dtype
    # A readout per layer that is the mean of the neurons, in every class alike.
    means = {
        f"B{layer}": np.full((classes, network.weights[f"W{layer}"].shape[0]), 1 / classes, dtype)
        for layer in network.hidden
    }
    traces = engine.forward(replace(network, feedback=means), batch.inputs)
    counted = float(batch.mask.sum())
    local = []
    for counts in traces.spike_counts(batch.mask):
        excess = counts.sum() / (counted * len(counts)) - target
        error = strength * excess / (counted * len(counts)) * batch.mask[..., None]
        local.append(np.repeat(error.astype(dtype), classes, axis=-1))
    return engine.backward(traces, Errors(np.zeros_like(traces.readout), tuple(local)), LOCAL)
