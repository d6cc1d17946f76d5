from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from networks import DYNAMICS, ENGINE, RULES, random_network, rule, suited
from snnlocality import parameters, registry
from snnlocality.data.batches import EventDataset
from snnlocality.data.splits import Part
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning.adam import Adam
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.routing import alignments
from snnlocality.learning.training import (
    Epoch,
    Optimisation,
    adaptive_feedback,
    chosen_epoch,
    evaluate,
    still_improving,
    train,
    training_step,
)
from snnlocality.network import Network, Shape
from snnlocality.neurons.spikes import spiking
from snnlocality.runs.training import fit

TRAINING, VALIDATION = np.arange(42), np.arange(42, 60)
OPTIMISATION = Optimisation("cross_entropy", "cross_entropy", epochs=30, batch_size=8, learning_rate=0.01)


def run(*arguments, **named):
    """(weights before, network after, curve) of a small training run."""
    before, trained = whole_run(*arguments, **named)
    return before, trained.network, trained.curve


def whole_run(
    dataset,
    name="bptt",
    recurrent=False,
    seed=0,
    optimisation=OPTIMISATION,
    parts=(TRAINING, VALIDATION),
    dynamics=DYNAMICS,
):
    """(weights before, all that the training leaves)."""
    engine = CpuEngine()
    shape = Shape(dataset.inputs, (24, 16), dataset.classes, recurrent, rule(name).direct_readout)
    first = dataset.batch(parts[0][:16])
    network = initial_network(
        shape, dynamics, spiking("fast_sigmoid", 5.0), rule(name), first, engine, seed, 1.0, 0.3, 0.5
    )
    before = {key: array.copy() for key, array in network.weights.items()}
    return before, train(network, dataset, *parts, rule(name), optimisation, engine, seed)


@pytest.mark.parametrize("recurrent", [False, True], ids=["ff", "rec"])
@pytest.mark.parametrize("name", registry.names(RULES))
def test_every_rule_learns_to_tell_recordings_apart(toy_recordings, name, recurrent):
    before, trained, curve = run(toy_recordings, name, recurrent)
    assert curve[-1].train_accuracy > 0.95
    assert chosen_epoch(curve).validation_accuracy > 0.8
    assert curve[-1].train_loss < 0.7 * curve[0].train_loss
    assert all((trained.weights[key] != before[key]).any() for key in before)
    assert not any(trained.weights[key].diagonal().any() for key in before if key.startswith("V"))


@pytest.mark.parametrize("name", ["bptt", "eprop", "decolle"])
def test_every_rule_learns_to_label_frames(toy_utterances, name):
    parts = np.arange(18), np.arange(18, 24)
    forgetful = DYNAMICS._replace(alpha=0.3, beta=0.5, kappa=0.5)  # a memory of about a frame, of two steps
    optimisation = replace(OPTIMISATION, epochs=60)
    _, _, curve = run(toy_utterances, name, optimisation=optimisation, parts=parts, dynamics=forgetful)
    assert curve[-1].train_accuracy > 0.8
    assert chosen_epoch(curve).validation_accuracy > 0.7


@pytest.mark.parametrize("name", ["bptt", "eprop_random"])
def test_the_same_seed_gives_the_same_bits(toy_recordings, name):
    short = replace(OPTIMISATION, epochs=2)
    (_, one, first), (_, other, second), (_, third, _) = (
        run(toy_recordings, name, True, seed, short) for seed in (0, 0, 1)
    )
    assert first == second
    for key, array in one.weights.items():
        assert array.tobytes() == other.weights[key].tobytes()
        assert array.tobytes() != third.weights[key].tobytes()


class Guarded(EventDataset):
    """A data set that must not be asked for the samples of its test part."""

    forbidden = frozenset(range(50, 60))

    def batch(self, indices):
        assert not self.forbidden & set(np.asarray(indices).tolist()), "test data was touched"
        return super().batch(indices)


def test_fitting_a_run_never_touches_the_test_part(toy_recordings):
    guarded = Guarded(**vars(toy_recordings))
    with pytest.raises(AssertionError, match="test data"):
        guarded.batch(np.array([3, 50]))
    run = parameters.run_settings(parameters.load(Path(__file__).parents[2] / "params.yaml"), "vision", "bptt", "rec")
    optimisation = replace(run.optimisation, epochs=2, batch_size=16)
    small = replace(run, network=replace(run.network, hidden=(10,)), optimisation=optimisation)
    parts = {Part.TRAIN: np.arange(40), Part.VALIDATION: np.arange(40, 50), Part.TEST: np.arange(50, 60)}
    trained = fit(small, guarded, parts, ReferenceEngine(), lambda epoch: None)
    assert len(trained.curve) == 2


def test_the_kept_network_is_that_of_the_chosen_epoch(toy_recordings):
    engine = ReferenceEngine()
    _, trained, curve = run(toy_recordings, optimisation=replace(OPTIMISATION, learning_rate=0.05))
    result = evaluate(trained, toy_recordings, VALIDATION, OPTIMISATION, engine)
    assert result.accuracy == chosen_epoch(curve).validation_accuracy
    assert result.loss == pytest.approx(chosen_epoch(curve).validation_loss, rel=1e-6)
    assert result.firing_rates == pytest.approx(chosen_epoch(curve).firing_rates)


@pytest.mark.parametrize("name", ["bptt", "eprop_adaptive"])
def test_milestones_are_the_networks_on_the_way(toy_recordings, name):
    before, trained = whole_run(toy_recordings, name, optimisation=replace(OPTIMISATION, epochs=6))
    start, *later = trained.milestones.items()
    assert start[0] == 0
    assert all((start[1].weights[key] == array).all() for key, array in before.items())
    assert [epochs for epochs, _ in later] == [1, 2, 4, 6]
    for epochs, network in later:
        row = trained.curve[epochs - 1]
        result = evaluate(network, toy_recordings, VALIDATION, OPTIMISATION, CpuEngine())
        assert (result.accuracy, result.loss) == (row.validation_accuracy, row.validation_loss)
        assert alignments(rule(name), network.weights, network.feedback) == row.alignments


def curve_of(*validation):
    """A curve of (accuracy, loss) on validation data."""
    return [Epoch(number, 0, 0, loss, accuracy, (0.1,)) for number, (accuracy, loss) in enumerate(validation, 1)]


@pytest.mark.parametrize(
    ("validation", "expected"),
    [
        pytest.param([(0.5, 1.0), (0.9, 0.5), (0.8, 0.1)], 2, id="best accuracy"),
        pytest.param([(0.9, 1.0), (0.9, 0.5), (0.9, 0.7)], 2, id="loss among equals"),
        pytest.param([(0.9, 0.5), (0.9, 0.5), (0.8, 0.5)], 1, id="the first among those"),
        pytest.param([(0.1, 9.0)], 1, id="one epoch"),
    ],
)
def test_the_chosen_epoch_by_hand(validation, expected):
    assert chosen_epoch(curve_of(*validation)).epoch == expected


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param(np.linspace(2, 1, 20), True, id="falls to the end"),
        pytest.param(np.concatenate([np.linspace(2, 1, 10), np.full(10, 1.0)]), False, id="flat at the end"),
        pytest.param(np.concatenate([np.linspace(2, 1, 10), np.linspace(1, 1.3, 10)]), False, id="rises again"),
        pytest.param(1 + 0.1 * np.cos(np.arange(20) * np.pi), False, id="only noise"),
        pytest.param([1.0, 1.2, 1.0, 1.2, 0.98, 1.18, 0.98, 1.18, 0.95, 1.19], False, id="falls less than it jitters"),
        pytest.param([3.0, 2.0, 1.0], True, id="too short to tell"),
    ],
)
def test_whether_a_run_was_still_improving_by_hand(losses, expected):
    assert still_improving(losses) is expected


def by_hand_network() -> Network:
    """No memory, one input that is always on: a neuron that never fires, one that always does, one every other step."""
    weights = {"W1": np.array([[0.0], [10.0], [1.5]]), "W_out": np.array([[0.0, 0, 0], [0, 1, 0]])}
    dynamics = DYNAMICS._replace(alpha=0.0, beta=0.0, kappa=0.0)
    return Network(dynamics, spiking("boxcar", 1.0), weights, {})


def constant_recordings(samples=4, steps=10) -> EventDataset:
    events = samples * steps
    labels = np.ones(samples, np.uint8)
    return EventDataset(np.zeros(events, np.uint16), np.arange(events + 1), labels, steps, 1.0, 1, 2)


def test_dead_and_saturated_neurons_are_counted():
    dataset = constant_recordings()
    result = evaluate(by_hand_network(), dataset, np.arange(4), replace(OPTIMISATION, batch_size=3), ENGINE)
    assert result.dead == pytest.approx((1 / 3,))
    assert result.saturated == pytest.approx((1 / 3,))
    assert result.firing_rates == pytest.approx((1.5 / 3,))
    assert (result.accuracy, result.decisions) == (1.0, 4)
    assert result.loss == pytest.approx(np.log(1 + np.exp(-1)))


def test_evaluation_does_not_depend_on_the_batches(toy_utterances):
    """Utterances differ in length: padding and unequal batches must not weigh."""
    shape = Shape(toy_utterances.inputs, (12,), toy_utterances.classes, True)
    first = toy_utterances.batch(np.arange(8))
    spike = spiking("fast_sigmoid", 5.0)
    network = initial_network(shape, DYNAMICS, spike, rule("bptt"), first, ENGINE, 0, 1.0, 0.3, 0.5)
    results = [
        evaluate(network, toy_utterances, np.arange(24), replace(OPTIMISATION, batch_size=size), ENGINE)
        for size in (1, 7, 24)
    ]
    for result in results:
        assert result.decisions == toy_utterances.offsets[-1]
        assert np.hstack(result) == pytest.approx(np.hstack(results[0]), rel=1e-6)
        assert result.right.mean() == result.accuracy
        assert (result.of_each == np.diff(toy_utterances.offsets)[:24]).all()


def test_a_loss_that_is_not_a_number_ranks_last():
    diverged = Epoch(1, 1.0, 0.5, float("nan"), 0.5, (0.1,))
    sound = Epoch(2, 1.0, 0.5, 2.0, 0.5, (0.1,))
    assert chosen_epoch([diverged, sound]) is sound


@pytest.mark.parametrize(
    ("adaptive", "fixed"), [("feedback_alignment_adaptive", "feedback_alignment"), ("eprop_adaptive", "eprop_random")]
)
def test_adaptive_feedback_comes_to_agree_with_the_weights_it_stands_for(toy_recordings, adaptive, fixed):
    """And fixed feedback does so less: its angles are logged, epoch by epoch."""
    optimisation = replace(OPTIMISATION, epochs=60)
    _, adapted, curve = run(toy_recordings, adaptive, optimisation=optimisation)
    _, _, fixed = run(toy_recordings, fixed, optimisation=optimisation)
    assert all(len(epoch.alignments) == 2 for epoch in curve)
    assert all(last < min(first, 90) for first, last in zip(curve[0].alignments, curve[-1].alignments, strict=True))
    assert sum(curve[-1].alignments) < sum(fixed[-1].alignments)
    chosen = chosen_epoch(curve)
    angles = alignments(rule(adaptive), adapted.weights, adapted.feedback)
    assert angles == pytest.approx(chosen.alignments, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("feedback_alignment_adaptive", {"B1": "W2", "B2": "W_out"}),
        ("eprop_adaptive", {"B1": "O1", "B2": "W_out"}),
    ],
)
def test_a_step_of_adaptive_feedback_by_hand(toy_recordings, name, pairs):
    """B moves as W does, and both decay."""
    network = suited(random_network(Shape(toy_recordings.inputs, (5, 4), toy_recordings.classes, False)), rule(name))
    before = {key: array.copy() for key, array in {**network.weights, **network.feedback}.items()}
    learning = Adam({**network.weights, **adaptive_feedback(network, rule(name))}, ENGINE.adam)
    batch = toy_recordings.batch(TRAINING)
    training_step(network, batch, rule(name), OPTIMISATION, ENGINE, learning, 0.01)
    keep = 1 - rule(name).decay
    for B, W in pairs.items():
        moved = network.weights[W] / keep - before[W]
        assert np.abs(moved).max() == pytest.approx(0.01, rel=1e-3)  # Adam's first step
        np.testing.assert_allclose(network.feedback[B] / keep - before[B], moved, atol=1e-12)
    assert network.weights["W1"] == pytest.approx(before["W1"], abs=0.01 + 1e-9)
