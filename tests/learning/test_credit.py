"""Spatial and temporal credit: every rule's scan against automatic differentiation of its own graph."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import (
    DYNAMICS,
    RULES,
    autograd_by_rule,
    autograd_gradients,
    random_batch,
    random_network,
    relative_error,
    rule,
    rule_gradients,
    scan_gradients,
    suited,
)
from snnlocality import registry
from snnlocality.learning.losses import cross_entropy
from snnlocality.learning.online import bptt, rtrl
from snnlocality.network import Shape
from strategies import cases

EXACT = 1e-10
GLOBAL = [name for name in registry.names(RULES) if rule(name).own_errors is False and not rule(name).instantaneous]


@pytest.mark.parametrize("shape", [Shape(6, hidden, 3, rec) for hidden in ((5,), (6, 5, 4)) for rec in (False, True)])
@pytest.mark.parametrize("name", GLOBAL)
def test_a_rule_is_automatic_differentiation_of_its_own_graph(name, shape):
    network, batch = suited(random_network(shape), rule(name)), random_batch(shape, steps=23)
    expected = autograd_by_rule(network, batch, rule(name))
    assert relative_error(scan_gradients(network, batch, name), expected) < EXACT


@settings(max_examples=60)
@given(cases(), st.sampled_from(GLOBAL))
def test_at_any_size_and_activity(case, name):
    network, batch = case
    network = suited(network, rule(name))
    assert relative_error(scan_gradients(network, batch, name), autograd_by_rule(network, batch, rule(name))) < EXACT


@pytest.mark.parametrize("shape", [Shape(4, hidden, 3, rec) for hidden in ((5,), (4, 3)) for rec in (False, True)])
def test_real_time_recurrent_learning_is_bptt(shape):
    network, batch = random_network(shape), random_batch(shape, steps=9)
    assert relative_error(rtrl(network, batch, cross_entropy), scan_gradients(network, batch, "bptt")) < EXACT


@settings(max_examples=30)
@given(cases())
def test_so_it_is_at_any_size_and_activity(case):
    assert relative_error(rtrl(*case, cross_entropy), scan_gradients(*case, "bptt")) < EXACT


@pytest.mark.parametrize("name", [name for name in GLOBAL if name not in ("bptt", "rtrl")])
def test_what_a_rule_leaves_out_of_bptt_shows(name):
    shape = Shape(6, (6, 5), 3, True)
    network, batch = suited(random_network(shape), rule(name)), random_batch(shape, steps=23)
    assert relative_error(scan_gradients(network, batch, name), scan_gradients(network, batch, "bptt")) > 0.01


@pytest.mark.parametrize("name", ["feedback_alignment", "feedback_alignment_adaptive"])
def test_feedback_that_has_become_the_transpose_is_bptt(name):
    shape = Shape(6, (5, 4), 3, False)
    network, batch = random_network(shape), random_batch(shape)
    network.feedback.update(B1=network.weights["W2"], B2=network.weights["W_out"])
    expected = autograd_gradients(network, batch, through_reset=True)
    assert relative_error(rule_gradients(network, batch, rule(name)), expected) < EXACT


@settings(max_examples=20)
@given(cases())
def test_the_literal_form_of_bptt_is_the_engines(case):
    network, batch = case
    fixed = replace(network, dynamics=DYNAMICS)
    assert relative_error(bptt(fixed, batch, cross_entropy), scan_gradients(fixed, batch, "bptt")) < EXACT
