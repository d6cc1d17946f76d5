from dataclasses import replace

import numpy as np
import pytest
import torch

from kernels import runnable
from networks import ENGINE, RULES, declared, random_network, relative_error, rule, suited
from snnlocality import registry
from snnlocality.data.batches import EventDataset, FrameDataset
from snnlocality.learning import losses
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.training import train
from snnlocality.network import Shape
from snnlocality.neurons.spikes import spiking

with runnable():
    from snnlocality.engines.cuda import packed
    from snnlocality.engines.cuda.device import find_device

EXACT = 1e-10
# Of weights after some steps of Adam: where a gradient is about zero, a rounding error in it of 1e-16 becomes up to
# rate / epsilon = 1e6 times as much in the weight, at every step.
TRAINED = 1e-9
TRAINING, VALIDATION = np.arange(6), np.arange(6, 10)
SEEDS = (3, 5)
OPTIMISATION = Optimisation("cross_entropy", "smooth_l1", epochs=2, batch_size=4, learning_rate=0.01)


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    with runnable():
        yield


@pytest.fixture
def recordings() -> EventDataset:
    """Few and short, since the interpreter is slow; units of a recording's class fire more often."""
    random = np.random.default_rng(0)
    samples, steps, inputs, classes = 16, 4, 6, 3
    labels = random.integers(classes, size=samples)
    rates = np.where(np.arange(inputs) % classes == labels[:, None], 0.8, 0.4)
    active = random.random((samples, steps, inputs)) < rates[:, None]
    offsets = np.concatenate([[0], np.cumsum(active.sum(axis=2).ravel())])
    units = np.nonzero(active)[2].astype(np.uint16)
    return EventDataset(units, offsets, labels.astype(np.uint8), steps, 1.0, inputs, classes)


@pytest.fixture
def utterances() -> FrameDataset:
    """Of different lengths, two steps to a frame."""
    random = np.random.default_rng(1)
    offsets = np.concatenate([[0], np.cumsum(random.integers(2, 6, size=10))])
    features = random.standard_normal((offsets[-1], 4)).astype(np.float32)
    labels = random.integers(3, size=len(features)).astype(np.uint8)
    return FrameDataset(features, labels, offsets, 2, 3, features.mean(axis=0), features.std(axis=0))


def networks(dataset, recurrent, hidden=(5, 4)):
    shape = Shape(dataset.inputs, hidden, dataset.classes, recurrent)
    return [random_network(shape, seed, gain=1.5) for seed in SEEDS]


def assert_as_alone(dataset, initial, training, chosen, optimisation=OPTIMISATION):
    """Runs trained in lockstep end as those that the reference engine trains one after the other."""
    initial = [suited(network, chosen) for network in initial]
    together = packed.train_many(
        initial, dataset, training, VALIDATION, chosen, optimisation, SEEDS, find_device(torch.float64)
    )
    for run, trained in enumerate(together):
        own = training if training.ndim == 1 else training[run]
        alone = train(initial[run], dataset, own, VALIDATION, chosen, optimisation, ENGINE, SEEDS[run])
        assert trained.milestones.keys() == alone.milestones.keys()
        for network, other in (
            (trained.network, alone.network),
            *((network, alone.milestones[epochs]) for epochs, network in trained.milestones.items()),
        ):
            assert relative_error(network.weights, other.weights) < TRAINED
            assert network.feedback.keys() == other.feedback.keys()
        weights, before = trained.network.weights, initial[run].weights
        assert any((weights[name] != before[name]).any() for name in weights)
        for got, epoch in zip(trained.curve, alone.curve, strict=True):
            np.testing.assert_allclose(np.hstack(got), np.hstack(epoch), rtol=EXACT)


@pytest.mark.parametrize("recurrent", [False, True], ids=["ff", "rec"])
@pytest.mark.parametrize("name", registry.names(RULES))
def test_runs_in_lockstep_end_as_runs_alone(name, recurrent, recordings):
    assert_as_alone(recordings, networks(recordings, recurrent), TRAINING, rule(name))


@pytest.mark.parametrize(("name", "recurrent"), [("bptt", True), ("decolle", False), ("etlp", True)])
def test_so_do_runs_on_utterances_of_different_lengths(name, recurrent, utterances):
    assert_as_alone(utterances, networks(utterances, recurrent, (5,)), TRAINING, rule(name))


def test_so_do_networks_of_neurons_that_keep_states(recordings):
    kind = declared("balanced_resonate_and_fire")
    resonant = [replace(network, dynamics=kind) for network in networks(recordings, True)]
    assert_as_alone(recordings, resonant, TRAINING, rule("bptt"))


def test_runs_can_have_samples_of_their_own(recordings):
    training = np.stack([TRAINING, TRAINING + 10])
    assert_as_alone(recordings, networks(recordings, False), training, rule("bptt"))


@pytest.mark.parametrize("loss", losses.LOSSES)
def test_losses_on_the_device_are_those_of_training(loss):
    random = np.random.default_rng(0)
    y, targets = 3 * random.standard_normal((2, 4, 3, 5)), random.integers(5, size=(2, 4, 3))
    expected = losses.LOSSES[loss](y, targets)
    for got, array in zip(packed.LOSSES[loss](*map(torch.from_numpy, (y, targets))), expected, strict=True):
        np.testing.assert_allclose(got, array, rtol=1e-12, atol=1e-15)


def test_the_best_epoch_of_every_run_is_kept(recordings):
    """With a learning rate this high validation gets worse after its best epoch, at a different one in each run."""
    optimisation = replace(OPTIMISATION, epochs=4, learning_rate=0.1)
    assert_as_alone(recordings, networks(recordings, False, (5,)), TRAINING, rule("bptt"), optimisation)


def test_epochs_are_reported_as_they_end(recordings):
    seen = []
    device = find_device(torch.float64)
    runs = packed.train_many(
        networks(recordings, False, (5,)),
        recordings,
        TRAINING,
        VALIDATION,
        rule("bptt"),
        OPTIMISATION,
        SEEDS,
        device,
        lambda run, epoch: seen.append((run, epoch)),
    )
    assert seen == [(run, trained.curve[number]) for number in range(2) for run, trained in enumerate(runs)]


def test_runs_of_different_neurons_are_not_mixed(recordings):
    one, other = networks(recordings, False)
    other = replace(other, spike=spiking("triangle", 1.0))
    with pytest.raises(ValueError, match="share dynamics and spike function"):
        packed.train_many(
            [one, other],
            recordings,
            TRAINING,
            VALIDATION,
            rule("bptt"),
            OPTIMISATION,
            SEEDS,
            find_device(torch.float64),
        )
