"""Descents against another library's (foolbox), which finds its gradients by autograd."""

import warnings
from dataclasses import replace

import foolbox
import numpy as np
import pytest
import torch

from networks import ENGINE, as_events, random_network
from snnlocality.attacks.descent import LOSSES, Attack, margin, standing
from snnlocality.data.batches import EventDataset
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import spike_functions
from snnlocality.network import Shape
from snnlocality.neurons.spikes import spiking

SHAPE = Shape(6, (8, 7), 3, True)
STEPS, SAMPLES = 15, 40
EPSILON = 0.1


def dataset(seed=0):
    counts = (np.random.default_rng(seed).random((STEPS, SAMPLES, SHAPE.inputs)) < 0.4).astype(float)
    events = as_events(counts)
    labels = np.random.default_rng(1).integers(SHAPE.classes, size=SAMPLES).astype(np.uint8)
    return EventDataset(events.units, events.offsets, labels, STEPS, 1.0, SHAPE.inputs, SHAPE.classes), counts


class Attacked(torch.nn.Module):
    """The network as autograd sees it: a constant current (samples, inputs), and recordings that stay -> readouts."""

    def __init__(self, network, recordings):
        super().__init__()
        self.network, self.recordings = network, torch.from_numpy(recordings)

    def forward(self, current):
        network = self.network
        alpha, beta, kappa, theta, _, _ = network.dynamics
        weights = {name: torch.from_numpy(W) for name, W in network.weights.items()}
        emit, derivative = spike_functions(network)
        state = dict.fromkeys(network.hidden, (torch.zeros(()),) * 3)
        y, every = torch.zeros(()), []
        for x in self.recordings:
            below = x + current
            for layer in network.hidden:
                I, U, s = state[layer]
                I = alpha * I + below @ weights[f"W{layer}"].T
                if s.ndim:
                    I = I + s @ weights[f"V{layer}"].T
                U = beta * U + I - theta * s
                s = emit(U - theta).detach() + derivative(U - theta).detach() * ((U - theta) - (U - theta).detach())
                state[layer], below = (I, U, s), s
            y = kappa * y + below @ weights["W_out"].T
            every.append(y)
        return torch.stack(every, dim=1)


class Descent(foolbox.attacks.LinfPGD):
    """Foolbox's, on a loss of all readouts."""

    def __init__(self, loss, **options):
        super().__init__(random_start=False, **options)
        self.loss = loss

    def get_loss_fn(self, model, labels):
        def loss_fn(current):
            y = model(current).raw
            decided = y.mean(dim=1)
            if self.loss == "margin":
                others = decided.masked_fill(torch.nn.functional.one_hot(labels.raw, y.shape[-1]).bool(), -torch.inf)
                value = (others.max(dim=1).values - decided.gather(1, labels.raw[:, None])[:, 0]).sum()
            else:
                flat = labels.raw[:, None].expand(y.shape[:2])
                value = torch.nn.functional.cross_entropy(y.flatten(0, 1), flat.flatten(), reduction="sum")
            return foolbox.attacks.gradient_descent_base.ep.astensor(value)

        return loss_fn


def left_by_foolbox(network, counts, labels, loss, steps):
    """Which samples are right before every step of foolbox's descent, and after the last."""
    module = Attacked(network, counts).eval()
    model = foolbox.PyTorchModel(module, bounds=(-1, 1), device="cpu")
    right = np.ones(len(labels), bool)
    for done in range(steps + 1):
        current = torch.zeros(len(labels), SHAPE.inputs, dtype=torch.float64)
        if done:
            descent = Descent(loss, abs_stepsize=2.5 * EPSILON / steps, steps=done)
            current = descent.run(model, current, torch.from_numpy(labels.astype(np.int64)), epsilon=EPSILON)
        right &= module(current).mean(dim=1).argmax(dim=1).numpy() == labels
    return np.flatnonzero(right)


@pytest.mark.parametrize("engine", [ENGINE, CpuEngine(np.float64)], ids=["reference", "cpu"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("surrogate", [("fast_sigmoid", 2.0), ("triangle", 1.0)])
def test_what_is_left_is_what_foolbox_leaves(engine, loss, surrogate):
    network, (recordings, counts) = random_network(SHAPE), dataset()
    attack = Attack("one", spiking(*surrogate), LOSSES[loss], from_anywhere=False)
    everything, random = np.arange(SAMPLES), np.random.default_rng(0)
    ((_, left),) = standing(network, recordings, everything, EPSILON, [attack], 5, engine, random)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = left_by_foolbox(replace(network, spike=attack.spike), counts, recordings.labels, loss, 5)
    np.testing.assert_array_equal(left, expected)
    assert 0 < len(left) < (ENGINE.forward(network, counts).readout.mean(0).argmax(-1) == recordings.labels).sum()


def test_each_attack_is_on_what_those_before_left_and_starts_within_reach(monkeypatch):
    network, (recordings, _) = random_network(SHAPE), dataset()
    attacks = [Attack(str(n), network.spike, LOSSES["margin"], from_anywhere=n > 0) for n in range(3)]
    driven = []
    forward = CpuEngine.forward
    monkeypatch.setattr(CpuEngine, "forward", lambda self, n, x: driven.append(x) or forward(self, n, x))
    engine, random = CpuEngine(np.float64), np.random.default_rng(0)
    before, W = np.arange(SAMPLES), network.weights["W1"]
    for _, left in standing(network, recordings, before, EPSILON, attacks, 3, engine, random):
        assert set(left) <= set(before)
        before = left
    found = [np.linalg.lstsq(W, x.direction[0].T, rcond=None)[0] for x in driven]
    assert max(np.abs(delta).max() for delta in found) <= EPSILON * (1 + 1e-9)
    assert sum(np.abs(delta).max() > 0 for delta in found) > 9


def test_nothing_left_stays_nothing():
    network, (recordings, _) = random_network(SHAPE), dataset()
    attack = Attack("one", network.spike, LOSSES["margin"], from_anywhere=True)
    none = np.arange(0)
    ((_, left),) = standing(network, recordings, none, EPSILON, [attack], 3, ENGINE, np.random.default_rng(0))
    assert len(left) == 0


def test_the_margin_rises_by_its_derivative():
    random = np.random.default_rng(0)
    y, labels = random.standard_normal((5, 4, 3)), random.integers(3, size=4)
    targets = np.broadcast_to(labels, (5, 4))
    value, derivative = margin(y, targets)
    decided = y.mean(axis=0)
    for sample, label in enumerate(labels):
        assert value[0, sample] == max(np.delete(decided[sample], label)) - decided[sample, label]
    moved = 1e-6 * random.standard_normal(y.shape)
    change = (margin(y + moved, targets)[0] - value)[0]
    np.testing.assert_allclose(change, (derivative * moved).sum(axis=(0, 2)) / 5, rtol=1e-6)
