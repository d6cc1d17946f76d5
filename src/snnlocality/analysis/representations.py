"""What a network makes of its input, layer by layer: Gram matrices over the samples of a mini-batch."""

import numpy as np

from snnlocality.analysis.cka import gram
from snnlocality.engines.interface import Engine, Inputs
from snnlocality.network import Network

OUTPUT = "out"
KINDS = ("spikes", "potentials")  # of hidden layers; the readout has neither and counts for both


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
