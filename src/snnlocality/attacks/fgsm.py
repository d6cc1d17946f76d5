"""Fast gradient sign attacks (Goodfellow et al. 2015), and the controls that tell what they measure.

Every attack adds at most epsilon to each input of each step. Given a network and a batch it finds its directions once
and returns what is to be simulated for any epsilon. Attacks on event data that are constant in time stay event-driven:
events plus one current per sample (``data.inputs.Events``). The others would need dense input; but where it is
linear in epsilon, so is the current W_1 x that it drives, and that is what is attacked.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from snnlocality.attacks import counterpart as ann
from snnlocality.data.inputs import Batch, Events, Inputs
from snnlocality.engines.interface import Engine
from snnlocality.learning.gradients import constant_input_gradient, input_adjoint, input_gradient
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rule import ErrorSource, Rule
from snnlocality.network import Network


class Target(NamedTuple):
    """What is attacked, and by what means."""

    network: Network
    batch: Batch
    rule: Rule  # that trained the network
    loss: str
    local_loss: str | None
    engine: Engine
    random: np.random.Generator
    fixed_point_iterations: int
    pgd_steps: int


Attacked = Callable[[float], tuple[Network, Inputs]]  # epsilon -> what is simulated


class Attack(NamedTuple):
    """One attack; ``label`` is how tables write it."""

    label: str
    prepare: Callable[[Target], Attacked]
    applies: Callable[[Network, Rule], bool] = lambda network, rule: True


def _counterpart(target: Target) -> Attacked:
    return _constant(target, _counterpart_signs(target, 0))


def _counterpart_clipped(target: Target) -> Attacked:
    signs, x = _counterpart_signs(target, 0).astype(np.float32), _dense(target)
    if isinstance(target.batch.inputs, Events):  # counts: those of zero can only go up, the others only down
        return _linear(target, x, np.where(x > 0, np.minimum(signs, 0), np.maximum(signs, 0)))
    return lambda epsilon: (target.network, np.clip(x + np.float32(epsilon) * signs, 0, np.maximum(x, 1)))


def _counterpart_fixed_point(target: Target) -> Attacked:
    return _constant(target, _counterpart_signs(target, target.fixed_point_iterations))


def _white_box_mean(target: Target) -> Attacked:
    return _constant(target, np.sign(_true_gradient(target, target.batch)))


def _white_box_steps(target: Target) -> Attacked:
    gradient = input_gradient(target.network, target.batch, LOSSES[target.loss], target.engine)
    return _linear(target, _dense(target), np.sign(gradient).astype(np.float32))


def _white_box_pgd(target: Target) -> Attacked:
    """Projected gradient descent (Madry et al. 2018) in currents constant in time, from zero, steps of 2.5 eps / n."""

    def attacked(epsilon: float) -> tuple[Network, Inputs]:
        inputs, delta = target.batch.inputs, np.zeros((), np.float64)
        for _ in range(target.pgd_steps):
            gradient = _true_gradient(target, target.batch._replace(inputs=_with_current(inputs, delta)))
            delta = np.clip(delta + 2.5 * epsilon / target.pgd_steps * np.sign(gradient), -epsilon, epsilon)
        return target.network, _with_current(inputs, delta)

    return attacked


def _own_routing(target: Target) -> Attacked:
    """The direction that the rule's own errors give: no gradient of the loss, whatever it may look like."""
    local_loss = LOSSES[target.local_loss] if target.local_loss else None
    own = input_adjoint(target.network, target.batch, target.rule, LOSSES[target.loss], local_loss, target.engine)
    return _constant(target, np.sign(own.sum(axis=0) @ target.network.weights["W1"]))


def _random(target: Target) -> Attacked:
    inputs = target.batch.inputs
    shape = (inputs.samples, inputs.inputs) if isinstance(inputs, Events) else inputs.shape[1:]
    return _constant(target, target.random.choice([-1.0, 1.0], size=shape))


def _is_recurrent(network: Network, rule: Rule) -> bool:
    return "V1" in network.weights


def _is_local(network: Network, rule: Rule) -> bool:
    return rule.source is not ErrorSource.ABOVE


# In the order of the table; the first is the paper's.
ATTACKS = {
    "counterpart": Attack("ReLU counterpart", _counterpart),
    "counterpart_clipped": Attack("ReLU counterpart, clipped to [0, 1]", _counterpart_clipped),
    "counterpart_fixed_point": Attack("ReLU counterpart with V, fixed point", _counterpart_fixed_point, _is_recurrent),
    "white_box_mean": Attack("white box, one sign per input", _white_box_mean),
    "white_box_steps": Attack("white box, a sign per input and step", _white_box_steps),
    "white_box_pgd": Attack("white box, PGD", _white_box_pgd),
    "own_routing": Attack("the rule's own routing, no gradient", _own_routing, _is_local),
    "random": Attack("random signs", _random),
}


def _counterpart_signs(target: Target, iterations: int) -> np.ndarray:
    r, labels = ann.mean_input(target.batch.inputs), target.batch.targets[0]
    return np.sign(ann.gradient(target.network, r, labels, iterations))


def _true_gradient(target: Target, batch: Batch) -> np.ndarray:
    """Of the loss by a constant current, always by BPTT's routing."""
    return constant_input_gradient(target.network, batch, LOSSES[target.loss], target.engine)


def _constant(target: Target, signs: np.ndarray) -> Attacked:
    return lambda epsilon: (target.network, _with_current(target.batch.inputs, epsilon * signs))


def _linear(target: Target, x: np.ndarray, direction: np.ndarray) -> Attacked:
    """For the input x + epsilon * direction, one of each step: two products in all, not one for every epsilon."""
    W = target.network.weights["W1"]
    driven = replace(target.network, weights={**target.network.weights, "W1": np.eye(len(W), dtype=W.dtype)})
    rest, slope = x @ W.T, direction @ W.T
    return lambda epsilon: (driven, rest + W.dtype.type(epsilon) * slope)


def _with_current(inputs: Inputs, delta: np.ndarray) -> Inputs:
    if isinstance(inputs, Events):
        return inputs._replace(current=np.broadcast_to(delta, (inputs.samples, inputs.inputs)))
    return inputs + np.asarray(delta, inputs.dtype)


def _dense(target: Target) -> np.ndarray:
    inputs = target.batch.inputs
    return inputs.dense() if isinstance(inputs, Events) else inputs
