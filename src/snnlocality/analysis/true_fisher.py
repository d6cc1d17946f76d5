"""The true Fisher information beside the empirical one: labels drawn from the network's own prediction.

I = E_x E_{y ~ f(y|x)} |grad log f(y|x)|^2. With the labels of the data in the place of y it is the empirical one,
which is another quantity unless the network's predictions are right (Kunstner et al. 2019). The prediction that a
network decides by is f(y|x) = softmax of its readout averaged over the steps.
"""

import numpy as np

from snnlocality.analysis.fisher import fisher
from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.losses import cross_entropy
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network


def decision_cross_entropy(y: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-log f(target), the same at all steps, and T times its derivative by each step's readout.

    Shapes as in ``learning.losses``, whose mean over steps gives the factor T back.
    """
    value, derivative = cross_entropy(y.mean(axis=0, keepdims=True), targets[:1])
    return np.broadcast_to(value, targets.shape), np.broadcast_to(derivative, y.shape)


def predictions(network: Network, batch: Batch, engine: Engine) -> np.ndarray:
    """f(y|x) of each sample, (samples, classes)."""
    decided = engine.forward(network, batch.inputs).readout.mean(axis=0, dtype=np.float64)
    exponentials = np.exp(decided - decided.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def drawn(probabilities: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A label of each sample by its probabilities (samples, classes)."""
    below = np.cumsum(probabilities, axis=1) < random.random((len(probabilities), 1))
    return np.minimum(below.sum(axis=1), probabilities.shape[1] - 1)


def traces(network: Network, batch: Batch, labels: np.ndarray, engine: Engine) -> dict[str, float]:
    """By weight name the mean over samples of |grad log f(label|x)|^2, ``labels``: (samples,)."""
    labelled = batch._replace(targets=np.broadcast_to(labels, batch.targets.shape))
    (found,) = fisher(network, labelled, [len(batch.targets)], BPTT, decision_cross_entropy, None, engine)
    return found
