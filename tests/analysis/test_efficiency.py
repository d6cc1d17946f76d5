"""Operations counted connection by connection, and the direction of gradients."""

import numpy as np
import pytest

from networks import ENGINE, random_batch, random_network, rule, rule_gradients, suited
from snnlocality.analysis.credit import cosines
from snnlocality.analysis.efficiency import efficiency
from snnlocality.learning.optimisation import Optimisation
from snnlocality.network import Shape

STEPS, SAMPLES = 12, 3


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("recurrent", [False, True])
def test_operations_are_those_counted_one_by_one(recurrent, direct):
    shape = Shape(6, (5, 4), 3, recurrent, direct)
    network = random_network(shape, gain=2.0)
    inputs = (np.random.default_rng(0).random((STEPS, SAMPLES, 6)) < 0.4).astype(float)
    spikes = ENGINE.forward(network, inputs).spikes
    counted = 0
    for t, sample in np.ndindex(STEPS, SAMPLES):
        sources = [inputs[t, sample], *(s[t, sample] for s in spikes)]
        for name, W in network.weights.items():
            layer = len(spikes) + 1 if name == "W_out" else int(name[1:])
            source = sources[layer] if name[0] in "VO" else sources[layer - 1]
            for above, below in np.ndindex(W.shape):
                counted += source[below] != 0 and not (name[0] == "V" and above == below)
    rates = tuple(float(s.mean()) for s in spikes)
    found = efficiency(shape, rates, inputs.sum() / SAMPLES, STEPS, spiking_inputs=True)
    assert found.effective_accumulates == pytest.approx(counted / SAMPLES)
    assert found.effective_macs == 0
    assert found.dense_operations == STEPS * shape.weights
    assert found.footprint == 4 * shape.weights
    silent = np.concatenate([s.ravel() for s in spikes]) == 0
    assert found.activation_sparsity == pytest.approx(silent.mean())
    dense = efficiency(shape, rates, STEPS * 6, STEPS, spiking_inputs=False)
    assert dense.effective_macs == STEPS * 6 * 5
    assert dense.effective_accumulates == pytest.approx(found.effective_accumulates - inputs.sum() / SAMPLES * 5)


def test_the_cosine_is_that_of_both_gradients():
    shape = Shape(6, (5, 4), 3, True)
    batch = random_batch(shape)
    optimisation = Optimisation("cross_entropy", "cross_entropy", 1, 3, 0.1)
    for name in ("bptt", "eprop", "eprop_direct", "decolle"):
        network = suited(random_network(shape), rule(name))
        own, true = (rule_gradients(network, batch, rule(one)) for one in (name, "bptt"))
        flat = [np.concatenate([g[key].ravel() for key in own if key not in ("W_out", "O1")]) for g in (own, true)]
        found = cosines(network, batch, rule(name), optimisation, ENGINE)
        assert found["hidden"] == pytest.approx(flat[0] @ flat[1] / np.linalg.norm(flat[0]) / np.linalg.norm(flat[1]))
        assert found["W_out"] == pytest.approx(1)
        assert set(found) == {*network.weights, "hidden"}
    assert cosines(network, batch, rule("rtrl"), optimisation, ENGINE)["hidden"] == pytest.approx(1)


def test_without_a_gradient_there_is_no_direction():
    shape = Shape(6, (5,), 3, False)
    network = random_network(shape)
    network.weights["W_out"][...] = 0
    found = cosines(network, random_batch(shape), rule("bptt"), Optimisation("cross_entropy", None, 1, 3, 0.1), ENGINE)
    assert np.isnan(found["hidden"])
