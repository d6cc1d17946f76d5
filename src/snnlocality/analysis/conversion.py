"""From a trained ReLU network to a spiking one with the same function: rates stand for activations.

A ReLU network without biases is homogeneous, so a neuron's threshold can be balanced by scaling weights instead.
Balanced networks are simulated by the engines: an integrate-and-fire neuron is the project's neuron without leaks.
"""

from collections.abc import Sequence

import numpy as np

from snnlocality.data.inputs import Driven, Inputs, at_all, weighed
from snnlocality.engines.interface import Engine
from snnlocality.network import Network, Weights
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import SpikeFunction

# So high that no neuron fires.
_NEVER = 1e30
INTEGRATE_AND_FIRE = Leaky(alpha=0.0, beta=1.0, kappa=1.0, theta=1.0)


def activations(weights: Weights, r: np.ndarray) -> list[np.ndarray]:
    """Of every hidden layer of the ReLU network for mean inputs r (samples, inputs): (samples, N_l) each."""
    result, h = [], r
    for layer in range(1, len(weights)):
        h = np.maximum(h @ weights[f"W{layer}"].T, 0)
        result.append(h)
    return result


def readout(weights: Weights, r: np.ndarray) -> np.ndarray:
    """y of the ReLU network, (samples, classes)."""
    return activations(weights, r)[-1] @ weights["W_out"].T


def balanced(weights: Weights, scales: Sequence[float]) -> dict[str, np.ndarray]:
    """The weights with activations of hidden layer l divided by ``scales[l - 1]``: W_l s_{l-1} / s_l, s_0 = 1."""
    below = 1.0
    result = {}
    for layer, scale in enumerate(scales, start=1):
        result[f"W{layer}"] = (weights[f"W{layer}"] * (below / scale)).astype(np.float32)
        below = scale
    return result | {"W_out": (weights["W_out"] * below).astype(np.float32)}


def data_based(weights: Weights, r: np.ndarray) -> list[float]:
    """Largest weight or activation of each layer on training data (Diehl et al. 2015)."""
    return [float(max(weights[f"W{layer}"].max(), h.max())) for layer, h in enumerate(activations(weights, r), start=1)]


def percentile(weights: Weights, r: np.ndarray, percent: float) -> list[float]:
    """A percentile of each layer's activations on training data (Rueckauer et al. 2017; Lu & Sengupta 2020)."""
    return [float(np.percentile(h, percent)) for h in activations(weights, r)]


def spike_norm(weights: Weights, inputs: Inputs, spike: SpikeFunction, engine: Engine) -> list[float]:
    """Per layer the largest drive of any neuron at any step while the layers below spike (Sengupta et al. 2019)."""
    scales: list[float] = []
    for layer in range(1, len(weights)):
        below = {f"W{lower}": weights[f"W{lower}"] for lower in range(1, layer)}
        scales.append(_largest_drive(balanced(below | {"W_out": weights[f"W{layer}"]}, scales), inputs, spike, engine))
    return scales


def _largest_drive(weights: Weights, inputs: Inputs, spike: SpikeFunction, engine: Engine) -> float:
    """Of what W_out delivers at any step."""
    if len(weights) > 1:
        forgetful = INTEGRATE_AND_FIRE._replace(kappa=0.0)
        return float(np.max(engine.forward(Network(forgetful, spike, weights, {}), inputs).readout))
    # Only the input is below: read the potential of neurons that neither remember nor fire.
    silent = INTEGRATE_AND_FIRE._replace(beta=0.0, theta=_NEVER)
    one_layer = {"W1": weights["W_out"], "W_out": np.zeros((1, len(weights["W_out"])), np.float32)}
    return float(np.max(engine.forward(Network(silent, spike, one_layer, {}), inputs).potentials[0]))


def leaky(weights: Weights, dynamics: Leaky) -> tuple[dict[str, np.ndarray], Leaky]:
    """The same conversion on the study's leaky neurons: hidden weights for synapses of gain one, readout summing.

    The control for "converted networks differ": part of the difference may be the leak alone.
    """
    scaled = {name: W if name == "W_out" else (W * (1 - dynamics.alpha)) for name, W in weights.items()}
    return {name: W.astype(np.float32) for name, W in scaled.items()}, dynamics._replace(kappa=1.0, theta=1.0, b=0.0)


def constant(weights: Weights, r: np.ndarray, steps: int) -> Driven:
    """The mean input (samples, inputs), presented to a network as a constant current for any number of steps."""
    drive = at_all(steps, weighed(weights["W1"], r))
    return Driven(drive, drive, 0)
