"""The ReLU counterpart of a spiking network: same weights, rates for spikes, no time; attacked in the network's place.

The paper names "the ANN counterpart" and defines it no further; for recurrent networks it says nothing of V. Hence two
readings, ``iterations`` of the fixed point below, of which zero leaves V out.
"""

import numpy as np

from snnlocality.data.inputs import Events, Inputs
from snnlocality.network import Network, readouts


def mean_input(inputs: Inputs) -> np.ndarray:
    """Input per unit averaged over the steps, (samples, inputs) float64: what the counterpart sees."""
    if isinstance(inputs, Events):
        return inputs.counts().astype(np.float64) / inputs.steps
    assert isinstance(inputs, np.ndarray)
    return inputs.mean(axis=0, dtype=np.float64)


def readout(network: Network, r: np.ndarray, iterations: int) -> np.ndarray:
    """y of the counterpart, (samples, classes), for rates r (samples, inputs).

    h_l is ``iterations`` sweeps of h = ReLU(W_l h_{l-1} + V_l h), from h = ReLU(W_l h_{l-1}).
    """
    return _readout(network, _sweeps(network, r, iterations))


def gradient(network: Network, r: np.ndarray, labels: np.ndarray, iterations: int) -> np.ndarray:
    """Derivative by r of each sample's cross-entropy, (samples, inputs).

    In float64: in single precision a confident softmax has no gradient left, which would look like robustness.
    """
    sweeps = _sweeps(network, r, iterations)
    y = _readout(network, sweeps)
    error = np.exp(y - y.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    read_by = readouts(network.weights)
    dh = np.zeros(())
    for layer in reversed(network.hidden):
        if layer in read_by:
            dh = dh + error @ network.weights[read_by[layer]]
        da = np.zeros_like(dh)
        for number, h in reversed(list(enumerate(sweeps[layer]))):
            dz = dh * (h > 0)
            da += dz
            if number > 0:
                dh = dz @ network.weights[f"V{layer}"]
        dh = da @ network.weights[f"W{layer}"]
    return dh


def _sweeps(network: Network, r: np.ndarray, iterations: int) -> dict[int, list[np.ndarray]]:
    """h of every hidden layer after every sweep."""
    sweeps: dict[int, list[np.ndarray]] = {}
    for layer in network.hidden:
        sweeps[layer] = _layer(network, layer, sweeps[layer - 1][-1] if layer > 1 else r, iterations)
    return sweeps


def _readout(network: Network, sweeps: dict[int, list[np.ndarray]]) -> np.ndarray:
    read_by = readouts(network.weights)
    read = (sweeps[layer][-1] @ network.weights[name].T.astype(np.float64) for layer, name in read_by.items())
    return sum(read)  # type: ignore[return-value]  # of at least one layer


def _layer(network: Network, layer: int, below: np.ndarray, iterations: int) -> list[np.ndarray]:
    """h after every sweep."""
    a = below @ network.weights[f"W{layer}"].T.astype(np.float64)
    sweeps = [np.maximum(a, 0)]
    if f"V{layer}" in network.weights:
        V = network.weights[f"V{layer}"].T.astype(np.float64)
        for _ in range(iterations):
            sweeps.append(np.maximum(a + sweeps[-1] @ V, 0))
    return sweeps
