"""Initial weights, scaled to the data layer by layer, so that every layer fires at the start.

Layer-sequential unit variance (Mishkin & Matas 2016; DECOLLE uses it too): without it, whether a layer fires
depends on input density, number of steps and time constants, which differ between data sets.
"""

from dataclasses import replace

import numpy as np

from snnlocality.data.inputs import Batch, Inputs
from snnlocality.engines.interface import Engine
from snnlocality.errors import UserError
from snnlocality.learning.routing import draw_feedback
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Shape, draw_weights, readouts
from snnlocality.neurons.neuron import Dynamics
from snnlocality.neurons.spikes import SpikeFunction
from snnlocality.seeds import generator

# So high that no neuron fires: the potential is then the filtered drive alone.
_NEVER = 1e30


def initial_network(
    shape: Shape,
    dynamics: Dynamics,
    spike: SpikeFunction,
    rule: Rule,
    batch: Batch,
    engine: Engine,
    seed: int,
    drive: float,
    recurrent_drive: float,
    readout_drive: float,
) -> Network:
    """A network whose potentials on ``batch`` have the root mean square ``drive`` (in units of theta).

    ``recurrent_drive`` and ``readout_drive`` are the same for what V adds to the potential and for the readout.
    Raises UserError if a layer does not fire at all: the layers above it could not be scaled.
    Weights depend on the seed, the shape and the data, not on the rule: runs of a seed are paired over rules. A readout
    of every layer (``Shape.direct_readout``) is scaled as a whole, so its W_out is smaller than that of the last layer.
    """
    weights = draw_weights(shape, generator(seed, "weights"))
    network = Network(dynamics, spike, weights, {})
    inputs: Inputs = batch.inputs
    for layer in network.hidden:
        W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
        W *= drive * dynamics.theta / _potential_rms(network, W, inputs, engine)
        one_layer = {"W1": W, "W_out": np.zeros((1, len(W)), W.dtype)}
        spikes = engine.forward(Network(dynamics, spike, one_layer, {}), inputs).spikes[0]
        if V is not None and V.any():  # a single neuron has no recurrent weights
            V *= recurrent_drive * dynamics.theta / _potential_rms(network, V, spikes, engine)
            one_layer["V1"] = V
            spikes = engine.forward(Network(dynamics, spike, one_layer, {}), inputs).spikes[0]
        inputs = spikes
    # The readout's leak stands in for the membrane's, with no synaptic filter before it.
    readout = engine.forward(network, batch.inputs).readout
    scale = readout_drive / _rms(readout)
    for name in readouts(weights).values():
        weights[name] *= scale
    return replace(network, feedback=draw_feedback(rule, weights, generator(seed, "feedback")))


def _potential_rms(network: Network, weights: np.ndarray, inputs: Inputs, engine: Engine) -> float:
    """Root mean square over steps, samples and units of the potential that ``weights`` alone would cause."""
    silent = network.dynamics._replace(theta=_NEVER)
    one_layer = {"W1": weights, "W_out": np.zeros((1, len(weights)), weights.dtype)}
    traces = engine.forward(Network(silent, network.spike, one_layer, {}), inputs)
    return _rms(traces.potentials[0])


def _rms(values: np.ndarray) -> float:
    rms = float(np.sqrt(np.square(values, dtype=np.float64).mean()))
    if rms == 0:
        raise UserError("A layer never fires with its initial weights; raise 'neuron.drive' in params.yaml.")
    return rms
