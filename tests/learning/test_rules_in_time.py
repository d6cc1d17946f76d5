"""Rules that differ in time: the engine's scan against their literal online forms, and how they relate to others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import (
    ADAPTIVE,
    DYNAMICS,
    RULES,
    autograd_by_rule,
    random_batch,
    random_network,
    relative_error,
    rule,
    rule_gradients,
    scan_gradients,
    suited,
)
from snnlocality import registry
from snnlocality.learning.losses import LOSSES, cross_entropy, target_projection
from snnlocality.learning.online import instantaneous
from snnlocality.learning.rule import ErrorSource, Smoothed, TwoSided
from snnlocality.network import Network, Shape
from strategies import cases

EXACT = 1e-10
IN_TIME = [name for name in registry.names(RULES) if rule(name).instantaneous or rule(name).truncation == 1]
SHAPES = [Shape(6, hidden, 3, recurrent) for hidden in ((5,), (6, 5, 4)) for recurrent in (False, True)]


def own_loss(name: str) -> str:
    return "target_projection" if rule(name).source is ErrorSource.TARGET else "cross_entropy"


def online(network: Network, batch, name: str) -> dict[str, np.ndarray]:
    return instantaneous(suited(network, rule(name)), batch, rule(name), cross_entropy, LOSSES[own_loss(name)])


def test_the_literature_is_there():
    assert {"sltt", "ottt", "ostl", "ostl_no_recurrence", "ostl_random", "osttp", "drtp", "etlp"} <= set(IN_TIME)
    assert {"s_tllr", "tess", "pp_prop"} <= set(IN_TIME)


@pytest.mark.parametrize("dynamics", [DYNAMICS, ADAPTIVE], ids=["lif", "alif"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", IN_TIME)
def test_a_rule_in_time_is_its_online_form(name, shape, dynamics):
    network, batch = random_network(shape, dynamics=dynamics), random_batch(shape)
    found = scan_gradients(network, batch, name, local_loss=own_loss(name))
    assert relative_error(found, online(network, batch, name)) < EXACT


@settings(max_examples=60)
@given(cases(), st.sampled_from(IN_TIME))
def test_so_it_is_at_any_size_and_activity(case, name):
    found = scan_gradients(*case, name, local_loss=own_loss(name))
    assert relative_error(found, online(*case, name)) < EXACT


@settings(max_examples=20)
@given(cases())
def test_no_time_at_all_is_automatic_differentiation_of_every_step_by_itself(case):
    network, batch = case
    assert (
        relative_error(scan_gradients(network, batch, "sltt"), autograd_by_rule(network, batch, rule("sltt"))) < EXACT
    )


@settings(max_examples=20)
@given(cases(layers=(1,)))
def test_below_a_readout_without_a_leak_one_layer_of_ostl_is_bptt(case):
    """There is no layer above whose past could carry credit; and without recurrence and reset it is OTTT."""
    network, batch = case
    network = replace(network, dynamics=network.dynamics._replace(kappa=0.0))
    bptt = rule_gradients(network, batch, rule("bptt"))
    assert relative_error(rule_gradients(network, batch, rule("ostl")), bptt) < EXACT
    detached = rule_gradients(network, batch, replace(rule("bptt_detached_reset"), through_recurrence=None))
    assert relative_error(rule_gradients(network, batch, rule("ottt")), detached) < EXACT


def test_elsewhere_it_is_not():
    shape = Shape(6, (6, 5), 3, True)
    network, batch = random_network(shape), random_batch(shape)
    names = ("bptt", "ostl", "ostl_no_recurrence", "ottt", "sltt", "s_tllr", "pp_prop")
    found = {name: scan_gradients(network, batch, name) for name in names}
    for first in names:
        for second in names:
            assert first == second or relative_error(found[first], found[second]) > 0.01, (first, second)


def test_without_its_noncausal_term_s_tllr_is_a_causal_trace():
    """And of a neuron without a synaptic current, whose trace decays as its potential does, it is OTTT."""
    shape = Shape(6, (5, 4), 3, False)
    network = random_network(shape, dynamics=DYNAMICS._replace(alpha=0.0, beta=0.75))
    batch = random_batch(shape)
    causal = replace(rule("s_tllr"), trace=TwoSided(presynaptic=0.75, postsynaptic=0.2, noncausal=0.0))
    ottt = rule_gradients(network, batch, rule("ottt"))
    assert relative_error(rule_gradients(network, batch, causal), ottt) < EXACT
    assert relative_error(rule_gradients(network, batch, rule("s_tllr")), ottt) > 0.01


def test_without_smoothing_nothing_is_remembered():
    shape = Shape(6, (5, 4), 3, False)
    network, batch = random_network(shape), random_batch(shape)
    network = replace(network, dynamics=DYNAMICS._replace(kappa=0.0))
    forgetful = replace(rule("pp_prop"), trace=Smoothed(0.0))
    assert (
        relative_error(rule_gradients(network, batch, forgetful), rule_gradients(network, batch, rule("sltt"))) < EXACT
    )


def test_the_projected_target_knows_nothing_of_what_the_network_says():
    random = np.random.default_rng(0)
    y, targets = random.standard_normal((4, 3, 5)), random.integers(5, size=(4, 3))
    value, derivative = target_projection(y, targets)
    np.testing.assert_array_equal(derivative, target_projection(y + 1, targets)[1])
    np.testing.assert_array_equal(derivative.sum(axis=-1), -1)
    np.testing.assert_array_equal(value, -np.take_along_axis(y, targets[..., None], axis=-1)[..., 0])
