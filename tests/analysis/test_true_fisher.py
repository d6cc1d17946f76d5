import numpy as np
import pytest
import torch

from networks import ENGINE, random_batch, random_network
from snnlocality.analysis.true_fisher import decision_cross_entropy, drawn, predictions, traces
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.network import Shape

SHAPE = Shape(5, (6, 4), 3, True)


def batch():
    made = random_batch(SHAPE)
    return made._replace(targets=np.broadcast_to(made.targets[0], made.targets.shape), mask=np.ones_like(made.mask))


def test_the_loss_is_that_of_the_decision_and_its_derivative_autograds():
    random = np.random.default_rng(0)
    y = torch.from_numpy(random.standard_normal((5, 4, 3))).requires_grad_()
    labels = random.integers(3, size=4)
    value = torch.nn.functional.cross_entropy(y.mean(dim=0), torch.from_numpy(labels), reduction="none")
    value.sum().backward()
    found, derivative = decision_cross_entropy(y.detach().numpy(), np.broadcast_to(labels, (5, 4)))
    np.testing.assert_allclose(found, np.broadcast_to(value.detach().numpy(), (5, 4)), rtol=1e-12)
    np.testing.assert_allclose(derivative / 5, y.grad.numpy(), rtol=1e-12)


def test_of_the_readout_it_is_the_definition_written_out():
    """W_out is the one matrix whose gradient is short: (onehot - f) times the mean filtered spikes."""
    network, one = random_network(SHAPE), batch()
    labels = np.array([0, 1, 2])
    forward, kappa = ENGINE.forward(network, one.inputs), network.dynamics.kappa
    f = predictions(network, one, ENGINE)
    filtered, trace = [], np.zeros_like(forward.spikes[-1][0])
    for s in forward.spikes[-1]:
        trace = kappa * trace + s
        filtered.append(trace)
    error = np.eye(3)[labels] - f
    expected = np.mean([(np.outer(e, p) ** 2).sum() for e, p in zip(error, np.mean(filtered, axis=0), strict=True)])
    for engine in (ENGINE, CpuEngine(np.float64)):
        assert traces(network, one, labels, engine)["W_out"] == pytest.approx(expected, rel=1e-9)


def test_expected_over_drawn_labels_the_gradient_of_the_likelihood_is_zero():
    """What makes it Fisher information: sum over y of f(y|x) grad log f(y|x) = 0; of training's mean loss it is not."""
    f = np.array([[0.2, 0.5, 0.3]])
    y = np.log(np.broadcast_to(f, (4, 1, 3)))
    gradients = [decision_cross_entropy(y, np.full((4, 1), label))[1] for label in range(3)]
    np.testing.assert_allclose(sum(p * g for p, g in zip(f[0], gradients, strict=True)), 0, atol=1e-12)


def test_labels_are_drawn_by_their_probabilities():
    probabilities = np.tile([[0.1, 0.0, 0.6, 0.3]], (20000, 1))
    found = np.bincount(drawn(probabilities, np.random.default_rng(0)), minlength=4) / 20000
    np.testing.assert_allclose(found, [0.1, 0, 0.6, 0.3], atol=0.01)
    rounded = np.full((1000, 3), (1 - 1e-9) / 3)  # sums that rounding leaves below one
    assert drawn(rounded, np.random.default_rng(0)).max() <= 2
