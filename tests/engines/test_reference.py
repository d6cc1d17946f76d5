import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import (
    ENGINE,
    as_events,
    autograd_gradients,
    random_batch,
    random_network,
    relative_error,
    scan_gradients,
)
from snnlocality import registry
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.network import Shape
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import SpikeFunction, spiking
from strategies import cases

EXACT = 1e-10
SHAPES = [Shape(6, hidden, 3, recurrent) for hidden in ((5,), (5, 4), (5, 4, 3)) for recurrent in (False, True)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("surrogate", registry.names("snnlocality.neurons.surrogates"))
@pytest.mark.parametrize(("rule", "through_reset"), [("bptt", True), ("bptt_detached_reset", False)])
def test_bptt_is_the_gradient_of_automatic_differentiation(shape, surrogate, rule, through_reset):
    network = random_network(shape, spike=spiking(surrogate, 0.8))
    batch = random_batch(shape)
    assert all(0 < spikes.mean() < 1 for spikes in ENGINE.forward(network, batch.inputs).spikes)
    expected = autograd_gradients(network, batch, through_reset=through_reset)
    assert relative_error(scan_gradients(network, batch, rule), expected) < EXACT


@settings(max_examples=40)
@given(cases(), st.booleans())
def test_bptt_is_the_gradient_at_any_size_and_activity(case, through_reset):
    network, batch = case
    rule = "bptt" if through_reset else "bptt_detached_reset"
    expected = autograd_gradients(network, batch, through_reset=through_reset)
    assert relative_error(scan_gradients(network, batch, rule), expected) < EXACT


def test_credit_through_the_reset_matters():
    shape = Shape(6, (5,), 3, False)
    network, batch = random_network(shape), random_batch(shape)
    detached = autograd_gradients(network, batch, through_reset=False)
    assert relative_error(scan_gradients(network, batch, "bptt"), detached) > 0.01


@pytest.mark.parametrize(("gain", "rate"), [(1e-6, 0), (1e6, 1)])
def test_silent_and_saturated_networks_are_simulated_and_differentiated(gain, rate):
    shape = Shape(6, (5, 4), 3, True)
    network, batch = random_network(shape, gain=gain), random_batch(shape)
    # Positive weights and constant input drive every neuron above threshold from the first step on.
    for array in network.weights.values():
        np.abs(array, out=array)
    batch = batch._replace(inputs=np.ones_like(batch.inputs))
    assert all((spikes == rate).all() for spikes in ENGINE.forward(network, batch.inputs).spikes)
    expected = autograd_gradients(network, batch, through_reset=True)
    assert relative_error(scan_gradients(network, batch, "bptt"), expected) < EXACT


def smooth_spike(slope: float) -> SpikeFunction:
    """A logistic output instead of a spike: then the surrogate is the true derivative."""
    return SpikeFunction("sigmoid(k * x)", "k * sigmoid(k * x) * (1 - sigmoid(k * x))", slope)


def complex_loss(network, weights, batch, slope):
    """Mean cross-entropy of the smoothed network, for complex weights: an independent forward pass."""
    alpha, beta, kappa, theta, rho, b = network.dynamics
    state = dict.fromkeys(network.hidden, (0j, 0j, np.zeros(1, complex), 0j))
    y, loss = 0j, 0j
    for t, below in enumerate(batch.inputs):
        for layer in network.hidden:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            I, U, s, a = state[layer]
            I = alpha * I + below @ W.T
            if V is not None:
                I = I + np.broadcast_to(s, (len(below), len(V))) @ V.T
            U = beta * U + I - theta * s
            a = rho * a + s
            s = 1 / (1 + np.exp(-slope * (U - theta - b * a)))
            state[layer] = I, U, s, a
            below = s
        y = kappa * y + below @ weights["W_out"].T
        shifted = y - y.real.max(axis=1, keepdims=True)
        of_target = np.take_along_axis(shifted, batch.targets[t][:, None], axis=1)[:, 0]
        loss += (batch.mask[t] * (np.log(np.exp(shifted).sum(axis=1)) - of_target)).sum()
    return loss / batch.mask.sum()


def derivative(network, batch, slope, name, index, step):
    """Derivative of the loss by one weight: complex step if ``step`` is imaginary, else central difference."""
    loss = []
    for sign in (1, -1):
        weights = {key: array.astype(complex) for key, array in network.weights.items()}
        weights[name][index] += sign * step
        loss.append(complex_loss(network, weights, batch, slope))
    return ((loss[0] - loss[1]) / (2 * step)).real


@pytest.mark.parametrize("shape", [Shape(4, (3,), 3, False), Shape(4, (4, 3), 2, True)], ids=str)
def test_bptt_is_the_true_gradient_of_a_smoothed_network(shape):
    slope = 3.0
    network = random_network(shape, spike=smooth_spike(slope))
    batch = random_batch(shape, steps=8, samples=2)
    exact, rough = ({name: np.zeros_like(array) for name, array in network.weights.items()} for _ in range(2))
    for name, array in network.weights.items():
        for index in np.ndindex(array.shape):
            if name.startswith("V") and index[0] == index[1]:
                continue
            exact[name][index] = derivative(network, batch, slope, name, index, 1e-30j)
            rough[name][index] = derivative(network, batch, slope, name, index, 1e-6)
    gradients = scan_gradients(network, batch, "bptt")
    assert relative_error(gradients, exact) < EXACT
    assert relative_error(gradients, rough) < 1e-6


@settings(max_examples=40)
@given(cases(), st.sampled_from(("bptt", "eprop_random", "decolle")))
def test_event_input_is_the_same_as_its_counts(case, rule):
    network, batch = case
    events = batch._replace(inputs=as_events(batch.inputs))
    dense_traces, event_traces = (ENGINE.forward(network, b.inputs) for b in (batch, events))
    np.testing.assert_allclose(event_traces.potentials[0], dense_traces.potentials[0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(event_traces.readout, dense_traces.readout, rtol=0, atol=1e-10)
    assert relative_error(scan_gradients(network, events, rule), scan_gradients(network, batch, rule)) < EXACT


def test_a_unit_listed_twice_counts_twice():
    shape = Shape(3, (2,), 2, False)
    network = random_network(shape, gain=0.01)
    counts = np.zeros((1, 1, 3))
    counts[0, 0, 1] = 2
    potential = ENGINE.forward(network, as_events(counts)).potentials[0][0, 0]
    np.testing.assert_allclose(potential, 2 * network.weights["W1"][:, 1], rtol=1e-15)


@pytest.mark.parametrize("rule", registry.names("snnlocality.learning.rules"))
def test_events_without_any_event_give_no_input_gradient(rule):
    shape = Shape(5, (4, 3), 2, True)
    network = random_network(shape)
    batch = random_batch(shape, inputs=as_events(np.zeros((12, 3, 5))))
    gradients = scan_gradients(network, batch, rule)
    assert not any(gradient.any() for gradient in gradients.values())


def test_the_forward_model_by_hand():
    """One neuron, constant drive: I, U and s of the equations in neurons.lif, step by step."""
    network = random_network(Shape(1, (1,), 2, False), dynamics=Leaky(0.5, 0.5, 0.5, theta=1.0))
    network.weights["W1"][:], network.weights["W_out"][:] = 0.8, [[1.0], [-2.0]]
    traces = ENGINE.forward(network, np.ones((4, 1, 1)))
    # I = 0.8, 1.2, 1.4, 1.5; a spike at t subtracts 1 from U at t + 1.
    np.testing.assert_allclose(traces.potentials[0].ravel(), [0.8, 1.6, 1.2, 1.1], rtol=1e-15)
    np.testing.assert_array_equal(traces.spikes[0].ravel(), [0, 1, 1, 1])
    np.testing.assert_allclose(traces.readout[:, 0, 0], [0, 1, 1.5, 1.75], rtol=1e-15)
    np.testing.assert_allclose(traces.readout[:, 0, 1], [0, -2, -3, -3.5], rtol=1e-15)


def test_the_dtype_of_training_agrees_with_ground_truth():
    shape = Shape(6, (5, 4), 3, True)
    network, batch = random_network(shape), random_batch(shape)
    single = ReferenceEngine().forward(network, batch.inputs)
    double = ENGINE.forward(network, batch.inputs)
    assert single.readout.dtype == np.float32
    np.testing.assert_allclose(single.readout, double.readout, rtol=1e-5, atol=1e-6)
