import numpy as np
import pytest
import torch

from networks import ENGINE, RULES, random_batch, random_network, relative_error, rule, scan_gradients, suited
from snnlocality import registry
from snnlocality.data.inputs import Batch
from snnlocality.learning.losses import LOSSES, correct_decisions, errors, mean_loss
from snnlocality.network import Shape


@pytest.fixture
def readout():
    random = np.random.default_rng(0)
    return 2 * random.standard_normal((4, 3, 5)), random.integers(5, size=(4, 3))


def by_torch(name, y, targets):
    y, targets = torch.from_numpy(y), torch.from_numpy(targets)
    if name == "cross_entropy":
        return torch.nn.functional.cross_entropy(y.flatten(0, 1), targets.flatten(), reduction="none").view(4, 3)
    if name == "target_projection":
        return -y.gather(-1, targets[..., None])[..., 0]
    onehot = torch.nn.functional.one_hot(targets, 5).to(y.dtype)
    functions = {"squared_error": torch.nn.functional.mse_loss, "smooth_l1": torch.nn.functional.smooth_l1_loss}
    return functions[name](y, onehot, reduction="none").sum(-1) * (0.5 if name == "squared_error" else 1)


@pytest.mark.parametrize("name", LOSSES)
def test_values_are_those_of_pytorch(name, readout):
    value, derivative = LOSSES[name](*readout)
    assert value.shape == (4, 3)
    assert derivative.shape == (4, 3, 5)
    np.testing.assert_allclose(value, by_torch(name, *readout).numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_derivatives_are_finite_differences(name, readout):
    y, targets = readout
    _, derivative = LOSSES[name](y, targets)
    for index in np.ndindex(y.shape):
        nudge = np.zeros_like(y)
        nudge[index] = 1e-6
        difference = LOSSES[name](y + nudge, targets)[0] - LOSSES[name](y - nudge, targets)[0]
        assert difference.sum() / 2e-6 == pytest.approx(derivative[index], abs=1e-8)


def test_smooth_l1_has_both_its_branches(readout):
    size = np.abs(readout[0] - np.eye(5)[readout[1]])
    assert (size < 1).any()
    assert (size > 1).any()


def test_cross_entropy_survives_large_readouts():
    value, derivative = LOSSES["cross_entropy"](np.array([[[1e4, 0.0]]]), np.array([[1]]))
    assert value.item() == pytest.approx(1e4)
    np.testing.assert_array_equal(derivative[0, 0], [1, -1])


def padded(batch: Batch, steps: int) -> Batch:
    """The batch with further steps of arbitrary input and targets that do not count."""
    random = np.random.default_rng(5)
    samples, inputs = batch.inputs.shape[1:]
    return Batch(
        np.concatenate([batch.inputs, random.poisson(2.0, (steps, samples, inputs)).astype(float)]),
        np.concatenate([batch.targets, random.integers(2, size=(steps, samples))]),
        np.concatenate([batch.mask, np.zeros((steps, samples))]),
        batch.steps_per_decision,
    )


@pytest.mark.parametrize("name", registry.names(RULES))
def test_padding_changes_neither_loss_nor_gradient_nor_accuracy(name):
    shape = Shape(6, (5, 4), 3, True)
    network = suited(random_network(shape), rule(name))
    batch = random_batch(shape)._replace(steps_per_decision=2)
    longer = padded(batch, 6)
    traces, longer_traces = (ENGINE.forward(network, one.inputs) for one in (batch, longer))
    cross_entropy = LOSSES["cross_entropy"]
    loss, _ = errors(network, traces, batch, rule(name), cross_entropy, cross_entropy)
    longer_loss, _ = errors(network, longer_traces, longer, rule(name), cross_entropy, cross_entropy)
    assert longer_loss == pytest.approx(loss, rel=1e-12)
    assert relative_error(scan_gradients(network, longer, name), scan_gradients(network, batch, name)) < 1e-12
    assert correct_decisions(longer_traces.readout, longer) == correct_decisions(traces.readout, batch)


def test_the_loss_is_the_mean_over_steps_that_count():
    batch = Batch(np.zeros((2, 2, 1)), np.zeros((2, 2), int), np.array([[1.0, 1.0], [1.0, 0.0]]), 1)
    assert mean_loss(np.array([[1.0, 2.0], [6.0, 100.0]]), batch) == 3


def decisions(readout, targets, mask, steps_per_decision):
    """(right, all) for readouts of two classes given by how much class 1 leads, (steps, samples)."""
    lead = np.array(readout, float)
    y = np.stack([np.zeros_like(lead), lead], axis=-1)
    batch = Batch(np.zeros((*lead.shape, 1)), np.array(targets), np.array(mask, float), steps_per_decision)
    return correct_decisions(y, batch)


@pytest.mark.parametrize(
    ("readout", "targets", "mask", "steps_per_decision", "expected"),
    [
        pytest.param([[1], [1], [-1]], [[1]] * 3, [[1]] * 3, 1, (2, 3), id="every step decides"),
        pytest.param([[1], [1], [-1]], [[1]] * 3, [[1]] * 3, 3, (1, 1), id="a recording decides once"),
        pytest.param([[1], [1], [-3]], [[1]] * 3, [[1]] * 3, 3, (0, 1), id="by the mean, not by majority"),
        pytest.param([[1], [-3], [2], [-1]], [[1], [1], [1], [1]], [[1]] * 4, 2, (1, 2), id="two steps a frame"),
        pytest.param([[1, 1], [1, 1]], [[1, 1], [1, 1]], [[1, 1], [1, 0]], 1, (3, 3), id="padding does not count"),
        pytest.param([[1, -1]], [[1, 1]], [[1, 1]], 1, (1, 2), id="samples decide apart"),
    ],
)
def test_decisions_by_hand(readout, targets, mask, steps_per_decision, expected):
    assert decisions(readout, targets, mask, steps_per_decision) == expected
