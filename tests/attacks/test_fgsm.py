import numpy as np
import pytest

from networks import as_events, random_batch, random_network, rule
from snnlocality import registry
from snnlocality.attacks.fgsm import Target, load_all
from snnlocality.data.inputs import Driven, Events
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.learning.losses import LOSSES, errors, mean_loss
from snnlocality.network import Shape

ATTACKS = load_all()

SHAPE = Shape(6, (8, 7), 3, True)
EPSILON = 0.01


def target(name="bptt", shape=SHAPE, event_driven=True, seed=0):
    random = np.random.default_rng(seed)
    inputs = (random.uniform(size=(20, 5, shape.inputs)) < 0.4).astype(np.float64)
    batch = random_batch(shape, steps=20, samples=5, inputs=inputs)
    batch = batch._replace(
        inputs=as_events(inputs) if event_driven else inputs,
        targets=np.broadcast_to(batch.targets[0], batch.targets.shape),
        mask=np.ones_like(batch.mask),
        steps_per_decision=20,
    )
    engine = CpuEngine(np.float64)
    return Target(random_network(shape, seed), batch, rule(name), "cross_entropy", "smooth_l1", engine, random, 5, 4)


def perturbation(one, name, epsilon=EPSILON):
    """What is added to the input of every step, and the input; SHAPE's W1 loses nothing of an input."""
    attacked = ATTACKS[name].prepare(one)(epsilon)
    if isinstance(attacked, Driven):
        W = one.network.weights["W1"]
        assert np.linalg.matrix_rank(W) == SHAPE.inputs
        attacked = (attacked.dense() @ np.linalg.pinv(W).T).round(12)
    x = one.batch.inputs
    x = x.dense() if isinstance(x, Events) else x
    return attacked - x, x


def loss_of(one, attacked):
    traces = one.engine.forward(one.network, attacked)
    return mean_loss(LOSSES[one.loss](traces.readout, one.batch.targets)[0], one.batch)


@pytest.mark.parametrize("name", ATTACKS)
def test_no_input_moves_by_more_than_epsilon(name):
    change, _ = perturbation(target("eprop"), name)
    assert 0 < np.abs(change).max() <= EPSILON * (1 + 1e-4)


@pytest.mark.parametrize("name", ATTACKS)
def test_what_events_drive_is_computed_once_for_all_epsilons(name):
    one = target("eprop")
    attacked = ATTACKS[name].prepare(one)
    assert all(attacked(epsilon).drive is one.drive for epsilon in (EPSILON, 2 * EPSILON))


def test_an_attack_of_no_size_answers_as_the_clean_input_to_the_bit():
    one = target(shape=Shape(40, (8, 7), 3, True))
    clean = one.engine.forward(one.network, one.batch.inputs).readout
    for name in ("counterpart", "counterpart_clipped", "white_box_steps"):
        np.testing.assert_array_equal(one.engine.forward(one.network, ATTACKS[name].prepare(one)(0)).readout, clean)


def test_clipped_input_stays_between_0_and_1_and_moves_where_it_can():
    one = target()
    clipped, x = perturbation(one, "counterpart_clipped")
    free, _ = perturbation(one, "counterpart")
    assert 0 <= (x + clipped).min() <= (x + clipped).max() <= 1
    np.testing.assert_allclose(x + clipped, np.clip(x + free, 0, 1), atol=1e-6)


def test_dense_and_event_input_are_attacked_alike():
    for name in ATTACKS:
        if name != "random":
            events, _ = perturbation(target("eprop"), name)
            dense, _ = perturbation(target("eprop", event_driven=False), name)
            np.testing.assert_allclose(dense, events, atol=1e-6)


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_driven_answers_as_the_attacked_input(name):
    one = target("eprop")
    change, x = perturbation(one, name)
    one = target("eprop")  # random signs anew
    answers = one.engine.forward(one.network, ATTACKS[name].prepare(one)(EPSILON)).readout
    np.testing.assert_allclose(answers, one.engine.forward(one.network, x + change).readout, rtol=1e-8, atol=1e-11)
    assert not np.allclose(answers, one.engine.forward(one.network, x).readout)


@pytest.mark.parametrize("name", ["white_box_mean", "white_box_steps"])
def test_white_box_directions_are_signs_of_the_true_gradient_whatever_the_rule(name):
    of_bptt, _ = perturbation(target("bptt"), name)
    of_decolle, _ = perturbation(target("decolle"), name)
    np.testing.assert_array_equal(of_bptt, of_decolle)
    one = target("decolle")
    traces = one.engine.forward(one.network, one.batch.inputs)
    _, true = errors(one.network, traces, one.batch, rule("bptt"), LOSSES[one.loss], None)
    gradient = one.engine.input_adjoint(traces, true, rule("bptt")) @ one.network.weights["W1"]
    gradient = gradient if name == "white_box_steps" else gradient.sum(axis=0, keepdims=True)
    np.testing.assert_allclose(of_decolle, np.broadcast_to(EPSILON * np.sign(gradient), of_decolle.shape), atol=1e-6)


def test_own_routing_is_the_true_gradient_for_no_local_rule():
    white, _ = perturbation(target("decolle"), "white_box_mean")
    own, _ = perturbation(target("decolle"), "own_routing")
    assert (np.sign(own) != np.sign(white)).any()


def test_white_box_attacks_hurt_more_than_random_signs():
    losses = {name: 0.0 for name in ("white_box_mean", "white_box_steps", "white_box_pgd", "random")}
    for seed in range(10):
        one = target(seed=seed)
        for name in losses:
            losses[name] += loss_of(one, ATTACKS[name].prepare(one)(0.05))
    assert losses["random"] < min(losses[name] for name in losses if name != "random")


def test_attacks_apply_where_they_mean_something():
    plain, recurrent = random_network(Shape(6, (5,), 3, False)), random_network(SHAPE)
    assert not ATTACKS["counterpart_fixed_point"].applies(plain, rule("bptt"))
    assert ATTACKS["counterpart_fixed_point"].applies(recurrent, rule("bptt"))
    assert not ATTACKS["own_routing"].applies(recurrent, rule("bptt"))
    assert ATTACKS["own_routing"].applies(recurrent, rule("decolle"))


def test_a_rules_own_routing_is_no_gradient_but_where_it_is_the_losss():
    own = registry.load(registry.ATTACKS, "own_routing")

    asked = {name: own.applies(None, registry.load(registry.RULES, name)) for name in registry.names(registry.RULES)}
    assert not any(asked[name] for name in ("bptt", "bptt_truncated", "feedback_alignment", "slayer"))
    assert all(asked[name] for name in ("eprop", "decolle", "ottt", "ostl", "sltt", "drtp", "s_tllr"))
