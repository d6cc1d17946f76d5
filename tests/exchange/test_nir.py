"""Graphs of NIR: read back, simulated by their equations, and in snnTorch."""

import contextlib
import io
from dataclasses import replace

import nir
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from networks import ADAPTIVE, ENGINE, random_network
from snnlocality.errors import UserError
from snnlocality.exchange.nir import DT_S, from_graph, read, to_graph, without_readout, write
from snnlocality.network import Shape

STEPS, SAMPLES, INPUTS = 30, 6, 9


def network(recurrent=True, direct=False, seed=0, hidden=(8, 7)):
    made = random_network(Shape(INPUTS, hidden, 3, recurrent, direct), seed)
    weights = {name: W.astype(np.float32).astype(np.float64) for name, W in made.weights.items()}
    return replace(made, weights=weights, feedback={})


def inputs(seed=0):
    return (np.random.default_rng(seed).random((STEPS, SAMPLES, INPUTS)) < 0.3).astype(float)


def simulated(graph, x):
    """The graph's equations by Euler's method, node by node, whatever there is; spikes subtract the threshold.

    Returns what arrives at the output, (steps, samples, units).
    """
    dt, nodes = float(graph.metadata["dt"]), graph.nodes
    order, state = [name for name in nodes if name != "input"], {}
    size = {name: nodes[name].output_type["output"][0] for name in order}
    given_by = {name: [source for source, target in graph.edges if target == name] for name in nodes}
    spikes = {name: np.zeros((SAMPLES, size[name])) for name in order if isinstance(nodes[name], nir.CubaLIF)}
    found = []
    for now in x:
        values, before = {"input": now}, dict(spikes)

        def value(name, values=values, before=before):
            if name in values:
                return values[name]
            node = nodes[name]
            arriving = []
            for source in given_by[name]:
                back = [given for given in given_by[source] if given == name and isinstance(node, nir.CubaLIF)]
                arriving.append(before[name] @ nodes[source].weight.T if back else value(source))
            total = sum(arriving)
            if isinstance(node, nir.Linear):
                total = total @ node.weight.T
            elif isinstance(node, nir.CubaLIF):
                I, v = state.get(name, (0.0, 0.0))
                I = I + dt / node.tau_syn * (node.w_in * total - I)
                v = v + dt / node.tau_mem * (node.v_leak - v + node.r * I) - node.v_threshold * before[name]
                state[name] = I, v
                total = spikes[name] = (v > node.v_threshold).astype(float)
            elif isinstance(node, nir.LI):
                v = state.get(name, 0.0)
                total = state[name] = v + dt / node.tau * (node.v_leak - v + node.r * total)
            values[name] = total
            return total

        found.append(value("output"))
    return np.array(found)


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("recurrent", [False, True])
def test_a_graphs_equations_in_steps_are_the_network(recurrent, direct):
    one, x = network(recurrent, direct), inputs()
    expected = ENGINE.forward(one, x)
    np.testing.assert_allclose(simulated(to_graph(one, 6.0), x), expected.readout, rtol=1e-9, atol=1e-9)
    assert all(0.01 < s.mean() < 0.9 for s in expected.spikes)


@given(st.booleans(), st.booleans(), st.integers(0, 50), st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_a_graph_is_read_back(recurrent, direct, seed, hidden):
    one = network(recurrent, direct, seed, tuple(hidden))
    found = from_graph(to_graph(one, 6.0))
    assert found.dynamics == pytest.approx(one.dynamics, abs=1e-9)
    assert found.weights.keys() == one.weights.keys()
    for name, W in one.weights.items():
        np.testing.assert_array_equal(found.weights[name], W)


def test_a_file_is_read_back_and_says_what_a_step_stands_for(tmp_path):
    one = network()
    write(tmp_path / "network.nir", to_graph(one, 6.0))
    np.testing.assert_array_equal(read(tmp_path / "network.nir").weights["V2"], one.weights["V2"])
    metadata = nir.read(tmp_path / "network.nir").metadata
    assert (float(metadata["step_ms"]), float(metadata["dt"]), metadata["reset"]) == (6.0, DT_S, "subtract")


def in_snntorch(graph, x, as_it_comes):
    """What arrives at the readout; as it comes snnTorch resets to zero, which is what NIR's neuron does."""
    from snntorch import Synaptic
    from snntorch.import_nir import import_from_nir

    with contextlib.redirect_stdout(io.StringIO()):
        module = import_from_nir(graph)
    for part in module.modules():
        if isinstance(part, Synaptic) and not as_it_comes:
            part.reset_mechanism, part.reset_delay = "subtract", True
            part.state_function = part._base_sub
    state, found = None, []
    with torch.no_grad():
        for now in torch.from_numpy(x).float():
            delivered, state = module(now, state)
            found.append(delivered.numpy())
    return np.array(found)


def test_snntorch_has_the_same_spikes_where_its_reset_is_made_the_same():
    one, x = network(recurrent=False), inputs()
    graph, forward = without_readout(to_graph(one, 6.0)), ENGINE.forward(one, x)
    expected = forward.spikes[-1] @ one.weights["W_out"].T
    np.testing.assert_allclose(in_snntorch(graph, x, as_it_comes=False), expected, atol=1e-5)
    as_it_comes = in_snntorch(graph, x, as_it_comes=True)
    assert 0.01 < (np.abs(as_it_comes - expected).max(axis=-1) > 1e-5).mean() < 0.9  # another network


def changed(change):
    graph = to_graph(network(), 6.0)
    change(graph)
    return nir.NIRGraph(graph.nodes, graph.edges, metadata=graph.metadata)


def spoil(graph, node, name, value):
    getattr(graph.nodes[node], name)[...] = value


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda g: g.metadata.update(reset="zero"), "its reset is 'zero'"),
        (lambda g: spoil(g, "layer1", "v_reset", 0.5), "are reset to, somewhere else than zero"),
        (lambda g: spoil(g, "layer1", "v_leak", 0.5), "rest, or are reset"),
        (lambda g: spoil(g, "layer1", "v_threshold", np.arange(8) + 1.0), "differ in v_threshold"),
        (lambda g: spoil(g, "layer2", "tau_mem", 1.0), "neurons of more than one kind"),
        (lambda g: g.nodes.update(W2=nir.Affine(np.ones((7, 8)), np.ones(7))), "'W2' is no matrix of weights"),
        (lambda g: g.nodes.update(readout=nir.Threshold(np.ones(3))), "0 nodes that could be its leaky readout"),
    ],
)
def test_what_is_no_network_here_is_said(tmp_path, change, what):
    nir.write(tmp_path / "other.nir", changed(change))
    with pytest.raises(UserError, match=rf"other\.nir cannot be a network here: .*{what}"):
        read(tmp_path / "other.nir")


@pytest.mark.parametrize("content", [b"", b"no graph"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "damaged.nir").write_bytes(content)
    with pytest.raises(UserError, match=r"damaged\.nir is no graph of NIR"):
        read(tmp_path / "damaged.nir")


def test_adaptive_thresholds_are_refused():
    with pytest.raises(UserError, match="threshold adapts have no counterpart in NIR"):
        to_graph(replace(network(), dynamics=ADAPTIVE), 6.0)
