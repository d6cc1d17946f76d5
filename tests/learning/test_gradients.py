import numpy as np
import pytest

from networks import ENGINE, as_events, autograd_gradients, random_batch, random_network, relative_error, rule
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.learning.gradients import constant_input_gradient, input_gradients, sample_gradients
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.network import Shape

SHAPE = Shape(6, (5, 4), 3, True)
LOSS = LOSSES["cross_entropy"]
ENGINES = pytest.mark.parametrize("engine", [ENGINE, CpuEngine(np.float64)], ids=["reference", "cpu"])


@ENGINES
@pytest.mark.parametrize("name", ["bptt", "eprop", "decolle"])
def test_gradients_of_the_samples_add_up_to_the_gradient_of_the_batch(engine, name):
    network, batch = random_network(SHAPE), random_batch(SHAPE, samples=11)
    batch = batch._replace(inputs=as_events(batch.inputs))
    traces = engine.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, rule(name), LOSS, LOSS)
    of_batch = engine.backward(traces, batch_errors, rule(name))
    share = batch.mask.sum(axis=0) / batch.mask.sum()
    added = {key: np.zeros_like(array) for key, array in of_batch.items()}
    of_samples = sample_gradients(network, batch, [len(batch.mask)], rule(name), LOSS, LOSS, engine)
    for sample, (gradients,) in enumerate(of_samples):
        for key, gradient in gradients.items():
            added[key] += share[sample] * gradient
    assert relative_error(added, of_batch) < 1e-10


@ENGINES
def test_a_samples_gradient_is_that_of_automatic_differentiation(engine):
    network, batch = random_network(SHAPE), random_batch(SHAPE)
    of_samples = sample_gradients(network, batch, [len(batch.mask)], rule("bptt"), LOSS, None, engine)
    for sample, (gradients,) in enumerate(of_samples):
        alone = batch._replace(
            inputs=batch.inputs[:, sample : sample + 1],
            targets=batch.targets[:, sample : sample + 1],
            mask=batch.mask[:, sample : sample + 1],
        )
        assert relative_error(gradients, autograd_gradients(network, alone, through_reset=True)) < 1e-10


@ENGINES
def test_the_input_gradient_is_that_of_automatic_differentiation(engine):
    """An input unit of its own per step turns the gradient by the input into one by weights."""
    network, batch = random_network(SHAPE), random_batch(SHAPE, samples=1)
    T = len(batch.inputs)
    W = network.weights["W1"]
    # Unit (t, i) is worth x_i[t] at step t only, by the weight 1 of a second copy of input i: dL/dx = W^T dL/dI.
    wide = np.zeros((T, 1, T * len(W)))
    for t in range(T):
        wide[t, 0, t * len(W) : (t + 1) * len(W)] = 1
    drives = np.concatenate([W @ batch.inputs[t, 0] for t in range(T)])
    spread = np.concatenate([np.diag(drives[t * len(W) : (t + 1) * len(W)]) for t in range(T)], axis=1)
    unrolled = type(network)(network.dynamics, network.spike, {**network.weights, "W1": spread}, network.feedback)
    by_weight = autograd_gradients(unrolled, batch._replace(inputs=wide), through_reset=True)["W1"]
    by_current = np.stack([np.diag(by_weight[:, t * len(W) : (t + 1) * len(W)]) for t in range(T)])
    got = np.stack(list(input_gradients(network, batch, LOSS, engine)))
    assert got.shape == batch.inputs.shape
    np.testing.assert_allclose(got[:, 0], by_current @ W, rtol=1e-10, atol=1e-14)
    constant = constant_input_gradient(network, batch, LOSS, engine)
    np.testing.assert_allclose(constant[0], (by_current @ W).sum(axis=0), rtol=1e-10, atol=1e-14)


@ENGINES
def test_the_input_gradient_does_not_depend_on_the_rule_that_trained(engine):
    network, batch = random_network(SHAPE), random_batch(SHAPE)
    traces = engine.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, rule("eprop"), LOSS, None)
    by_eprop = engine.input_adjoint(traces, batch_errors, rule("eprop")) @ network.weights["W1"]
    assert not np.allclose(list(input_gradients(network, batch, LOSS, engine)), by_eprop)
