"""Fisher information against autograd, sample by sample."""

import numpy as np
import pytest

from networks import ENGINE, autograd_gradients, random_batch, random_network, rule
from snnlocality.analysis.fisher import fisher
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.learning.losses import LOSSES
from snnlocality.network import Shape

SHAPE = Shape(5, (6, 4), 3, True)


def alone(batch, sample):
    one = slice(sample, sample + 1)
    return batch._replace(inputs=batch.inputs[:, one], targets=batch.targets[:, one], mask=batch.mask[:, one])


def whole(network, batch, *arguments):
    (found,) = fisher(network, batch, [len(batch.mask)], *arguments)
    return found


def test_trace_is_the_mean_squared_norm_of_single_gradients_of_the_first_steps():
    network, batch, ends = random_network(SHAPE), random_batch(SHAPE), [3, 12]
    of_ends = fisher(network, batch, ends, rule("bptt"), LOSSES["cross_entropy"], None, CpuEngine(np.float64))
    for end, found in zip(ends, of_ends, strict=True):
        expected = dict.fromkeys(network.weights, 0.0)
        cut = batch._replace(mask=np.where(np.arange(len(batch.mask))[:, None] < end, batch.mask, 0))
        for sample in range(3):
            for name, gradient in autograd_gradients(network, alone(cut, sample), through_reset=True).items():
                expected[name] += float((gradient**2).sum()) / 3
        assert found == pytest.approx(expected, rel=1e-9)
        assert any(expected.values())


def test_the_mean_gradient_is_not_what_is_squared():
    network, batch = random_network(SHAPE), random_batch(SHAPE)
    arguments = (rule("bptt"), LOSSES["cross_entropy"], None, ENGINE)
    together = whole(network, batch, *arguments)["W1"]
    single = [whole(network, alone(batch, sample), *arguments)["W1"] for sample in range(3)]
    assert together == pytest.approx(np.mean(single))


def test_a_local_rule_has_information_of_its_own():
    network, batch = random_network(SHAPE), random_batch(SHAPE)
    own = whole(network, batch, rule("decolle"), LOSSES["cross_entropy"], LOSSES["smooth_l1"], ENGINE)
    of_loss = whole(network, batch, rule("bptt"), LOSSES["cross_entropy"], None, ENGINE)
    assert own["W1"] != pytest.approx(of_loss["W1"], rel=0.01)
    assert own["W_out"] == pytest.approx(of_loss["W_out"])
