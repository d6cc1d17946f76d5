"""Fisher information in the weights of each layer: the trace, over samples.

Kim et al. 2023 define I = E |grad log f(y|x)|^2 and take only its trace. Their public code squares the gradient of a
mini-batch's mean; here it is the gradient of every sample by itself, as the definition says, with the true label.
"""

from dataclasses import replace

import numpy as np

from snnlocality.data.batches import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.gradients import sample_gradients
from snnlocality.learning.losses import Loss
from snnlocality.learning.rule import Rule
from snnlocality.network import Network


def until(batch: Batch, step: int) -> Batch:
    """The batch, judged by its first ``step`` steps only."""
    mask = np.array(batch.mask)
    mask[step:] = 0
    return batch._replace(mask=mask)


def fisher(
    network: Network, batch: Batch, rule: Rule, loss: Loss, local_loss: Loss | None, engine: Engine
) -> dict[str, float]:
    """Mean over the batch's samples of the squared norm of each sample's gradient, by weight name.

    By the rule's own routing and losses: for BPTT the information; for a local rule what it takes for it.
    """
    network = replace(network, weights=engine.place(network.weights))  # once, not for every sample
    sums: dict[str, float] = dict.fromkeys(network.weights, 0.0)
    for gradients in sample_gradients(network, batch, rule, loss, local_loss, engine):
        for name, gradient in gradients.items():
            sums[name] += float(np.square(gradient, dtype=np.float64).sum())
    return {name: total / batch.targets.shape[1] for name, total in sums.items()}
