"""Rules that differ in time: the engine's scan against their literal online forms, and how they relate to others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import (
    ADAPTIVE,
    DYNAMICS,
    ENGINE,
    RULES,
    autograd_by_rule,
    declared,
    random_batch,
    random_network,
    relative_error,
    rule,
    rule_gradients,
    scan_gradients,
    suited,
)
from snnlocality import registry
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.errors import UserError
from snnlocality.learning.adam import Adam
from snnlocality.learning.losses import LOSSES, cross_entropy, target_projection
from snnlocality.learning.online import bptt, instantaneous, rtrl
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Smoothed, TwoSided
from snnlocality.learning.training import arrivals, taught, training_step
from snnlocality.network import Network, Shape
from strategies import cases

EXACT = 1e-10
IN_TIME = [name for name in registry.names(RULES) if rule(name).instantaneous or rule(name).truncation == 1]
SHAPES = [Shape(6, hidden, 3, recurrent) for hidden in ((5,), (6, 5, 4)) for recurrent in (False, True)]


def online(network: Network, batch, name: str) -> dict[str, np.ndarray]:
    return instantaneous(suited(network, rule(name)), batch, rule(name), cross_entropy, cross_entropy)


def test_the_literature_is_there():
    assert {"sltt", "ottt", "ostl", "ostl_no_recurrence", "ostl_random", "osttp", "drtp", "etlp"} <= set(IN_TIME)
    assert {"s_tllr", "tess", "pp_prop"} <= set(IN_TIME)


@pytest.mark.parametrize("dynamics", [DYNAMICS, ADAPTIVE], ids=["lif", "alif"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", IN_TIME)
def test_a_rule_in_time_is_its_online_form(name, shape, dynamics):
    network, batch = random_network(shape, dynamics=dynamics), random_batch(shape)
    found = scan_gradients(network, batch, name)
    assert relative_error(found, online(network, batch, name)) < EXACT


@settings(max_examples=60)
@given(cases(), st.sampled_from(IN_TIME))
def test_so_it_is_at_any_size_and_activity(case, name):
    found = scan_gradients(*case, name)
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


@pytest.mark.parametrize(
    "changed",
    [
        {"weights": FeedbackWeights.RANDOM, "through_recurrence": FeedbackWeights.RANDOM},
        {"local_losses": True},
        {"source": ErrorSource.READOUT, "weights": FeedbackWeights.PRODUCT},
        {"source": ErrorSource.READOUT, "weights": FeedbackWeights.RANDOM},
        {"source": ErrorSource.READOUT, "weights": FeedbackWeights.TRANSPOSE},
        {"weights": FeedbackWeights.ADAPTIVE},
    ],
)
def test_so_is_any_instantaneous_rule(changed):
    """Points between the literature's."""
    made = replace(rule("ostl"), **changed)
    shape = Shape(6, (6, 5, 4), 3, True)
    network, batch = suited(random_network(shape), made), random_batch(shape)
    expected = instantaneous(network, batch, made, cross_entropy, cross_entropy)
    assert relative_error(rule_gradients(network, batch, made), expected) < EXACT


def test_windows_have_no_online_form():
    shape = Shape(6, (5,), 3, True)
    with pytest.raises(ValueError, match="goes back in windows"):
        instantaneous(random_network(shape), random_batch(shape), rule("bptt_truncated"), cross_entropy, None)


def test_online_forms_are_those_of_leaky_neurons():
    shape = Shape(6, (5,), 3, True)
    network = random_network(shape, dynamics=declared("balanced_resonate_and_fire"))
    for form in (bptt, rtrl, lambda *case: instantaneous(*case[:2], rule("ottt"), case[2], None)):
        with pytest.raises(UserError, match="not for BRF"):
            form(network, random_batch(shape), cross_entropy)


def test_the_error_arrives_in_its_share_of_the_steps():
    etlp = rule("etlp")
    told = [arrivals(etlp, seed, step, 50, 20) for seed in range(3) for step in range(5)]
    assert np.mean(told) == pytest.approx(etlp.taught, abs=0.01)
    assert len({one.tobytes() for one in told}) == len(told), "each batch of each seed has its own"
    np.testing.assert_array_equal(told[0], arrivals(etlp, 0, 0, 50, 20))
    assert all(arrivals(etlp, seed, 0, 1, 1).all() for seed in range(20)), "where none is drawn all are"


def test_only_the_steps_that_are_told_teach():
    shape = Shape(6, (5, 4), 3, True)
    network, batch = suited(random_network(shape), rule("etlp")), random_batch(shape, steps=40, samples=6)
    told = taught(batch, rule("etlp"), seed=1, step=2)
    assert (told.mask <= batch.mask).all()
    assert 0 < told.mask.sum() < batch.mask.sum() / 4
    assert taught(batch, rule("ottt"), seed=1, step=2) is None
    learnt = Adam(network.weights, ENGINE.adam)
    optimisation = Optimisation("cross_entropy", None, epochs=1, batch_size=6, learning_rate=0.01)
    expected = ENGINE.loss_and_gradients(network, batch, rule("etlp"), "cross_entropy", None).loss
    before = network.weights["W1"].copy()
    loss, _ = training_step(network, batch, rule("etlp"), optimisation, ENGINE, learnt, 0.01, told)
    assert loss == pytest.approx(expected), "the loss is that of all steps"
    assert (network.weights["W1"] != before).any()


def test_the_target_is_the_signal_whatever_local_loss_is_chosen():
    shape = Shape(6, (5, 4), 3, False)
    network, batch = suited(random_network(shape), rule("drtp")), random_batch(shape)
    for engine in (ENGINE, CpuEngine(np.float64)):
        chosen = [
            engine.loss_and_gradients(network, batch, rule("drtp"), "cross_entropy", one) for one in (None, *LOSSES)
        ]
        for one in chosen:
            assert relative_error(one.gradients, chosen[0].gradients) == 0


def test_the_projected_target_knows_nothing_of_what_the_network_says():
    random = np.random.default_rng(0)
    y, targets = random.standard_normal((4, 3, 5)), random.integers(5, size=(4, 3))
    value, derivative = target_projection(y, targets)
    np.testing.assert_array_equal(derivative, target_projection(y + 1, targets)[1])
    np.testing.assert_array_equal(derivative.sum(axis=-1), -1)
    np.testing.assert_array_equal(value, -np.take_along_axis(y, targets[..., None], axis=-1)[..., 0])
