"""How far a rule's gradient points the way of the loss's own (Lillicrap et al. 2016): its cosine with BPTT's."""

import numpy as np

from snnlocality.data.inputs import Batch
from snnlocality.engines.interface import Engine
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.rule import Rule
from snnlocality.learning.rules.bptt import RULE as BPTT
from snnlocality.network import Network, readouts


def cosines(network: Network, batch: Batch, rule: Rule, optimisation: Optimisation, engine: Engine) -> dict[str, float]:
    """By weight name, and of all hidden weights together (``hidden``); NaN where a gradient is zero."""
    own = engine.loss_and_gradients(network, batch, rule, optimisation.loss, optimisation.local_loss).gradients
    true = engine.loss_and_gradients(network, batch, BPTT, optimisation.loss, None).gradients
    pairs = {name: (own[name].ravel(), true[name].ravel()) for name in network.weights}
    hidden = [pair for name, pair in pairs.items() if name not in readouts(pairs).values()]
    of_hidden = (np.concatenate(side) for side in zip(*hidden, strict=True))
    return {name: cosine(*pair) for name, pair in pairs.items()} | {"hidden": cosine(*of_hidden)}


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of two arrays of the same shape; NaN if one is zero."""
    a, b = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / size) if size else float("nan")
