"""Gradients beyond a batch's sum: of every sample by itself (Fisher information), and by the input (attacks)."""

from collections.abc import Iterator, Sequence

import numpy as np

from snnlocality.data.inputs import Batch, Events, Inputs
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import Loss, errors
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network


def sample_gradients(
    network: Network,
    batch: Batch,
    ends: Sequence[int],
    rule: Rule,
    loss: Loss,
    local_loss: Loss | None,
    engine: Engine,
) -> Iterator[list[dict[str, np.ndarray]]]:
    """Gradients by weight name of each sample's own mean loss over its first steps until each of ``ends``."""
    for sample in range(batch.targets.shape[1]):
        alone = Batch(
            _sample(batch.inputs, sample),
            batch.targets[:, sample : sample + 1],
            batch.mask[:, sample : sample + 1],
            batch.steps_per_decision,
        )
        traces = engine.forward(network, alone.inputs)
        judged = (errors(network, traces, _until(alone, end), rule, loss, local_loss) for end in ends)
        yield [engine.backward(traces, found, rule) for _, found in judged]


def input_gradients(network: Network, batch: Batch, loss: Loss, engine: Engine) -> Iterator[np.ndarray]:
    """Derivative of the batch's mean loss by the input of every step, W_1^T lambda_I_1[t], (samples, inputs) each.

    Always by BPTT's routing, whatever rule trained the network: a local rule's own routing is not the gradient of
    the loss, and an attack that used it would find robustness where there is none.
    """
    traces = engine.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, BPTT, loss, None)
    yield from (adjoint @ network.weights["W1"] for adjoint in engine.input_adjoint(traces, batch_errors, BPTT))


def constant_input_gradient(network: Network, batch: Batch, loss: Loss, engine: Engine) -> np.ndarray:
    """The same by an input that is constant in time, (samples, inputs)."""
    return by_constant_input(network, batch, BPTT, loss, None, engine)


def by_constant_input(
    network: Network, batch: Batch, rule: Rule, loss: Loss, local_loss: Loss | None, engine: Engine
) -> np.ndarray:
    """The same by a rule's own routing, which is a gradient of the loss for BPTT alone."""
    traces = engine.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, rule, loss, local_loss)
    return engine.constant_input_adjoint(traces, batch_errors, rule) @ network.weights["W1"]


def _until(batch: Batch, end: int) -> Batch:
    mask = np.array(batch.mask)
    mask[end:] = 0
    return batch._replace(mask=mask)


def _sample(inputs: Inputs, sample: int) -> Inputs:
    if isinstance(inputs, np.ndarray):
        return inputs[:, sample : sample + 1]
    assert isinstance(inputs, Events)
    return inputs._replace(index=inputs.index[sample : sample + 1])
