"""Networks as graphs of the Neuromorphic Intermediate Representation (Pedersen et al. 2024), and back.

A graph's neurons are equations in continuous time. Taken in steps of dt by Euler's method they are the project's
(``neurons.lif``), current before potential, with

    tau_syn = dt / (1 - alpha)    tau_mem = dt / (1 - beta)    w_in = tau_syn / dt    r = tau_mem / dt,

and the readout's tau = dt / (1 - kappa), r = tau / dt. Two things a graph does not say, so its metadata do: dt, and
that a spike subtracts the threshold where the representation's neuron returns to its reset potential.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

import nir
import numpy as np

from snnlocality.errors import UserError
from snnlocality.network import Network
from snnlocality.neurons.lif import Leaky, require_leaky
from snnlocality.neurons.spikes import PLAIN

DT_S = 1e-4  # the step that other tools take unless they are told: snnTorch cannot be
RESET = "subtract"
_READOUT = "readout"


def to_graph(network: Network, step_ms: float) -> nir.NIRGraph:
    """The graph of a network; ``step_ms``, what a step stands for, is told in its metadata.

    Raises UserError for a network that has no such graph: with thresholds that adapt.
    """
    alpha, beta, kappa, theta, _, b = require_leaky(network.dynamics)
    if b:
        raise UserError("Neurons whose threshold adapts have no counterpart in NIR; export a run of cuba_lif.")
    weights = network.weights
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array([weights["W1"].shape[1]])})}
    edges, below = [], "input"
    for layer in network.hidden:
        name, neurons = f"layer{layer}", len(weights[f"W{layer}"])
        nodes[f"W{layer}"] = nir.Linear(weights[f"W{layer}"])
        nodes[name] = _neurons(alpha, beta, theta, neurons)
        edges += [(below, f"W{layer}"), (f"W{layer}", name)]
        if f"V{layer}" in weights:
            nodes[f"V{layer}"] = nir.Linear(weights[f"V{layer}"])
            edges += [(name, f"V{layer}"), (f"V{layer}", name)]
        if f"O{layer}" in weights:
            nodes[f"O{layer}"] = nir.Linear(weights[f"O{layer}"])
            edges += [(name, f"O{layer}"), (f"O{layer}", _READOUT)]
        below = name
    classes = len(weights["W_out"])
    nodes |= {"W_out": nir.Linear(weights["W_out"]), _READOUT: _leaky(kappa, classes)}
    nodes["output"] = nir.Output({"output": np.array([classes])})
    edges += [(below, "W_out"), ("W_out", _READOUT), (_READOUT, "output")]
    return nir.NIRGraph(nodes, edges, metadata={"dt": DT_S, "step_ms": step_ms, "reset": RESET})


def without_readout(graph: nir.NIRGraph) -> nir.NIRGraph:
    """The same up to what the spikes deliver to the readout: for tools that know no leaky integrator (snnTorch)."""
    nodes = {name: node for name, node in graph.nodes.items() if name != _READOUT}
    edges = [(source, target) for source, target in graph.edges if _READOUT not in (source, target)]
    return nir.NIRGraph(nodes, [*edges, ("W_out", "output")], metadata=graph.metadata)


def write(path: str | Path, graph: nir.NIRGraph) -> None:
    """Write a graph; raises UserError if the file cannot be written."""
    try:
        nir.write(str(path), graph)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error}); choose another place.") from None


def read(path: str | Path) -> Network:
    """The network of a graph; raises UserError if the file is none, or not of layers as ``to_graph`` writes them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = nir.read(str(path))
    except Exception as error:  # whatever h5py and nir raise on a damaged file
        reason = " ".join(str(error).split())[:120]
        raise UserError(f"{path} is no graph of NIR ({reason}); export it again.") from None
    try:
        return from_graph(graph)
    except ValueError as error:
        raise UserError(f"{path} cannot be a network here: {error}.") from None


def from_graph(graph: nir.NIRGraph) -> Network:
    """The network of a graph of fully connected layers of current-based neurons under a leaky readout.

    Steps are of the dt that its metadata name, else of 0.1 ms. A graph does not say which surrogate there was.
    Raises ValueError with what is otherwise.
    """
    nodes, dt = graph.nodes, float(graph.metadata.get("dt", DT_S))
    if (reset := graph.metadata.get("reset", RESET)) != RESET:
        raise ValueError(f"its reset is '{reset}', and neurons here subtract the threshold")
    following = {name: [target for source, target in graph.edges if source == name] for name in nodes}
    leading = {name: [source for source, target in graph.edges if target == name] for name in nodes}
    (below,) = _named(nodes, nir.Input, "input")
    (readout,) = _named(nodes, nir.CubaLI | nir.LI, "leaky readout")
    weights: dict[str, np.ndarray] = {}
    layers: list[str] = []
    neurons: set[tuple[float, float, float]] = set()
    while True:
        ways = [name for name in following[below] if following[name] and following[name][0] not in (below, readout)]
        if not ways:
            break
        if len(ways) > 1 or len(following[ways[0]]) != 1:
            raise ValueError(f"after '{below}' it has more than one way")
        name, below = ways[0], following[ways[0]][0]
        if below in layers or not isinstance(nodes[below], nir.CubaLIF):
            raise ValueError(f"'{below}' is no layer of current-based neurons (CubaLIF)")
        layers.append(below)
        weights[f"W{len(layers)}"] = _matrix(nodes, name)
        own = [source for source in leading[below] if source in following[below] and source != name]
        for source in own:
            weights[f"V{len(layers)}"] = _matrix(nodes, source)
        neurons.add(_decays(nodes[below], dt))
    if not layers:
        raise ValueError("it has no layer of spiking neurons")
    kappa, gain = _readout(nodes[readout], dt)
    for number, layer in enumerate(layers, start=1):
        for source in (name for name in following[layer] if following[name] == [readout]):
            weights["W_out" if number == len(layers) else f"O{number}"] = _matrix(nodes, source) * np.float32(gain)
    if "W_out" not in weights:
        raise ValueError("its readout does not read the last layer")
    if len(neurons) > 1:
        raise ValueError("its layers have neurons of more than one kind")
    alpha, beta, theta = neurons.pop()
    return Network(Leaky(alpha, beta, kappa, theta), PLAIN, weights, {})


def _neurons(alpha: float, beta: float, theta: float, count: int) -> nir.CubaLIF:
    every = np.ones(count)
    tau_syn, tau_mem = DT_S / (1 - alpha), DT_S / (1 - beta)
    return nir.CubaLIF(
        tau_syn=tau_syn * every,
        tau_mem=tau_mem * every,
        r=tau_mem / DT_S * every,
        v_leak=0 * every,
        v_threshold=theta * every,
        v_reset=0 * every,
        w_in=tau_syn / DT_S * every,
    )


def _leaky(kappa: float, count: int) -> nir.LI:
    tau, every = DT_S / (1 - kappa), np.ones(count)
    return nir.LI(tau=tau * every, r=tau / DT_S * every, v_leak=0 * every)


def _named(nodes: dict[str, nir.NIRNode], kind: type, what: str) -> list[str]:
    found = [name for name, node in nodes.items() if isinstance(node, kind)]
    if len(found) != 1:
        raise ValueError(f"it has {len(found)} nodes that could be its {what}, not one")
    return found


def _matrix(nodes: dict[str, nir.NIRNode], name: str) -> np.ndarray:
    node = nodes[name]
    if isinstance(node, nir.Affine) and not np.any(node.bias):
        node = nir.Linear(node.weight)
    if not isinstance(node, nir.Linear):
        raise ValueError(f"'{name}' is no matrix of weights without a bias (Linear)")
    return np.asarray(node.weight, np.float32)


def _decays(node: nir.CubaLIF, dt: float) -> tuple[float, float, float]:
    """alpha, beta and theta of a layer; its threshold in units of what a weight adds."""
    one = _same(node)
    if one("v_leak") or one("v_reset"):
        raise ValueError("its neurons rest, or are reset to, somewhere else than zero")
    gain = one("w_in") * dt / one("tau_syn") * one("r") * dt / one("tau_mem")
    return _rounded(1 - dt / one("tau_syn")), _rounded(1 - dt / one("tau_mem")), _rounded(one("v_threshold") / gain)


def _readout(node: nir.LI | nir.CubaLI, dt: float) -> tuple[float, float]:
    """kappa, and what one unit of weight adds to the readout in a step."""
    one = _same(node)
    if isinstance(node, nir.CubaLI) or one("v_leak"):
        raise ValueError("its readout has a synapse of its own, or rests somewhere else than zero")
    return _rounded(1 - dt / one("tau")), _rounded(one("r") * dt / one("tau"))


def _same(node: nir.NIRNode) -> Callable[[str], float]:
    def one(name: str) -> float:
        values = np.unique(np.asarray(getattr(node, name), float).round(12))
        if len(values) != 1:
            raise ValueError(f"its neurons differ in {name}")
        return float(np.ravel(getattr(node, name))[0])

    return one


def _rounded(value: float) -> float:
    """Without the rounding of two divisions, so that layers of one kind are seen to be that."""
    return round(value, 12)
