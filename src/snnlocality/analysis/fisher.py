"""Fisher information in the weights of each layer: the trace, over samples.

Kim et al. 2023 define I = E |grad log f(y|x)|^2 and take only its trace. Their public code squares the gradient of a
mini-batch's mean; here it is the gradient of every sample by itself, as the definition says, with the true label.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.gradients import sample_gradients
from snnlocality.learning.losses import Loss
from snnlocality.learning.rule import Rule
from snnlocality.network import Network


def fisher(
    network: Network,
    batch: Batch,
    ends: Sequence[int],
    rule: Rule,
    loss: Loss,
    local_loss: Loss | None,
    engine: Engine,
) -> list[dict[str, float]]:
    """Mean over the batch's samples of the squared norm of each sample's gradient, by weight name.

    One for each of ``ends``: of the loss over the first so many steps. By the rule's own routing and losses: for BPTT
    the information; for a local rule what it takes for it.
    """
    network = replace(network, weights=engine.place(network.weights))  # once, not for every sample
    sums = [dict.fromkeys(network.weights, 0.0) for _ in ends]
    for by_end in sample_gradients(network, batch, ends, rule, loss, local_loss, engine):
        for of_end, gradients in zip(sums, by_end, strict=True):
            for name, gradient in gradients.items():
                of_end[name] += float(np.square(gradient, dtype=np.float64).sum())
    return [{name: total / batch.targets.shape[1] for name, total in of_end.items()} for of_end in sums]
