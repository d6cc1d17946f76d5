"""What a network makes of its input, layer by layer: Gram matrices over the samples of a mini-batch."""

from collections.abc import Iterator

import numpy as np

from snnlocality.analysis.cka import gram
from snnlocality.analysis.sizes import LEAST_SAMPLES
from snnlocality.data.batches import Dataset, batches
from snnlocality.data.inputs import Batch, Inputs
from snnlocality.engines.interface import Engine
from snnlocality.errors import UserError
from snnlocality.network import Network

OUTPUT = "out"
KINDS = ("spikes", "potentials")  # of hidden layers; the readout has neither and counts for both


def whole_batches(dataset: Dataset, samples: np.ndarray, size: int) -> Iterator[Batch]:
    """The mini-batches that CKA is summed over, all of ``size`` samples; fewer samples than that make one of their own.

    Samples that do not fill the last one are left out. Raises UserError for fewer than the estimator needs.
    """
    if len(samples) < LEAST_SAMPLES:
        raise UserError(
            f"CKA needs {LEAST_SAMPLES} test samples and there are {len(samples)}; raise cka_samples or scale in "
            "params.yaml."
        )
    size = min(size, len(samples))
    return batches(dataset, samples[: len(samples) - len(samples) % size], size)


def grams(network: Network, inputs: Inputs, engine: Engine) -> dict[tuple[str, str], np.ndarray]:
    """Gram matrices by (kind, layer): layers "1", "2", ..., and the readout, "out"."""
    traces = engine.forward(network, inputs)
    of_readout = gram(np.asarray(traces.readout))
    result = {}
    for kind in KINDS:
        for layer, x in enumerate(getattr(traces, kind), start=1):
            result[kind, str(layer)] = gram(x)
        result[kind, OUTPUT] = of_readout
    return result
