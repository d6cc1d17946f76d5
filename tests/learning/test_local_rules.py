"""e-prop and DECOLLE: the engine's backward scan against the literal online forms, and how the rules relate."""

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
    rule,
    scan_gradients,
    suited,
)
from snnlocality.learning.losses import LOSSES, cross_entropy, errors
from snnlocality.learning.online import decolle, eprop
from snnlocality.network import Network, Shape, readouts
from strategies import cases

EXACT = 1e-10
SHAPES = [Shape(6, hidden, 3, recurrent) for hidden in ((5,), (5, 4), (6, 5, 4)) for recurrent in (False, True)]
ONE_LAYER = Shape(6, (5,), 3, False)


@pytest.fixture(params=SHAPES, ids=str)
def example(request):
    """A firing network and a batch for it."""
    network, batch = random_network(request.param), random_batch(request.param)
    assert all(spikes.any() for spikes in ENGINE.forward(network, batch.inputs).spikes)
    return network, batch


def symmetric_feedback(network: Network) -> dict[str, np.ndarray]:
    """B{l} of symmetric e-prop, (classes, N_l): the product W_out W_L ... W_{l+1} of the weights above layer l."""
    product = np.asarray(network.weights["W_out"], np.float64)
    feedback = {}
    for layer in reversed(network.hidden):
        feedback[f"B{layer}"] = product
        product = product @ network.weights[f"W{layer}"]
    return feedback


EPROP = ("eprop", "eprop_random", "eprop_direct", "eprop_adaptive")


def online_eprop(network, batch, name):
    network = suited(network, rule(name))
    feedback = network.feedback
    if name == "eprop":
        feedback = symmetric_feedback(network)
    if name == "eprop_direct":
        feedback = {f"B{layer}": network.weights[read_by] for layer, read_by in readouts(network.weights).items()}
    return eprop(network, batch, cross_entropy, feedback)


@pytest.mark.parametrize("name", EPROP)
def test_eprop_is_its_eligibility_traces(example, name):
    assert relative_error(scan_gradients(*example, name), online_eprop(*example, name)) < EXACT


@settings(max_examples=40)
@given(cases(), st.sampled_from(EPROP))
def test_eprop_is_its_eligibility_traces_at_any_size_and_activity(case, name):
    assert relative_error(scan_gradients(*case, name), online_eprop(*case, name)) < EXACT


@pytest.mark.parametrize("local_loss", LOSSES)
def test_decolle_is_its_online_traces(example, local_loss):
    expected = decolle(*example, cross_entropy, LOSSES[local_loss])
    assert relative_error(scan_gradients(*example, "decolle", local_loss=local_loss), expected) < EXACT


@settings(max_examples=40)
@given(cases())
def test_decolle_is_its_online_traces_at_any_size_and_activity(case):
    assert relative_error(scan_gradients(*case, "decolle"), decolle(*case, cross_entropy, cross_entropy)) < EXACT


@pytest.mark.parametrize("name", [*EPROP, "decolle"])
def test_event_input_too_is_the_online_form(example, name):
    network, batch = example
    events = batch._replace(inputs=as_events(batch.inputs))
    online = (
        decolle(network, batch, cross_entropy, cross_entropy)
        if name == "decolle"
        else online_eprop(network, batch, name)
    )
    assert relative_error(scan_gradients(network, events, name), online) < EXACT


def test_the_learning_signal_must_carry_the_readouts_leak():
    """Raw errors in place of lambda_y, which a readout without leak would have, give other gradients."""
    network, batch = random_network(ONE_LAYER), random_batch(ONE_LAYER)
    traces = ENGINE.forward(network, batch.inputs)
    _, leaky_errors = errors(network, traces, batch, rule("eprop"), cross_entropy, cross_entropy)
    leakless = Network(network.dynamics._replace(kappa=0), network.spike, network.weights, network.feedback)
    raw = ENGINE.backward(ENGINE.forward(leakless, batch.inputs), leaky_errors, rule("eprop"))
    literal = online_eprop(network, batch, "eprop")
    assert relative_error({"W1": raw["W1"]}, {"W1": literal["W1"]}) > 0.1


@settings(max_examples=30)
@given(cases(recurrent=False, layers=(1,)))
def test_symmetric_eprop_is_bptt_without_reset_on_one_layer_without_recurrence(case):
    assert relative_error(scan_gradients(*case, "eprop"), scan_gradients(*case, "bptt_detached_reset")) < EXACT


def test_symmetric_eprop_is_the_gradient_that_cuts_reset_and_recurrence_on_one_recurrent_layer():
    shape = Shape(6, (5,), 3, True)
    network, batch = random_network(shape), random_batch(shape)
    expected = autograd_gradients(network, batch, through_reset=False, through_recurrence=False)
    assert relative_error(scan_gradients(network, batch, "eprop"), expected) < EXACT


@pytest.mark.parametrize(
    ("shape", "other"),
    [
        (ONE_LAYER, "bptt"),
        (Shape(6, (5,), 3, True), "bptt_detached_reset"),
        (Shape(6, (5, 4), 3, False), "bptt_detached_reset"),
    ],
    ids=["reset", "recurrence", "second layer"],
)
def test_symmetric_eprop_is_not_bptt_where_it_cuts_an_edge(shape, other):
    network, batch = random_network(shape), random_batch(shape)
    assert relative_error(scan_gradients(network, batch, "eprop"), scan_gradients(network, batch, other)) > 0.01


def test_the_reset_carries_credit_even_in_silence():
    """Because the surrogate is not zero below threshold."""
    network, batch = random_network(ONE_LAYER, gain=0.01), random_batch(ONE_LAYER)
    assert not ENGINE.forward(network, batch.inputs).spikes[0].any()
    with_reset, without = (scan_gradients(network, batch, name) for name in ("bptt", "eprop"))
    assert relative_error({"W1": with_reset["W1"]}, {"W1": without["W1"]}) > 0.01


def test_decolles_layers_learn_without_what_lies_above():
    shape = Shape(6, (5, 4), 3, True)
    network, batch = random_network(shape), random_batch(shape)
    other = random_network(shape, seed=1)
    changed = {**network.weights, "W2": other.weights["W2"], "V2": other.weights["V2"], "W_out": other.weights["W_out"]}
    above = Network(network.dynamics, network.spike, changed, network.feedback)
    before, after = (scan_gradients(one, batch, "decolle") for one in (network, above))
    for name in ("W1", "V1"):
        np.testing.assert_array_equal(before[name], after[name])
    assert relative_error({"W2": after["W2"]}, {"W2": before["W2"]}) > 0.01


@pytest.mark.parametrize("name", ["bptt", "eprop", "decolle"])
def test_no_rule_makes_a_neuron_excite_itself(name):
    shape = Shape(6, (5, 4), 3, True)
    gradients = scan_gradients(random_network(shape), random_batch(shape), name)
    for V in ("V1", "V2"):
        assert not gradients[V].diagonal().any()
        assert gradients[V].any()
