"""Fast gradient sign attacks (Goodfellow et al. 2015), and the controls that tell what they measure.

Every attack (a file in ``attacks.signs``) adds at most epsilon to each input of each step. Given a network and a batch
it finds its directions once and returns what is to be simulated for any epsilon. Attacks on event data that are
constant in time stay event-driven: events plus one current per sample (``data.inputs.Events``). The others would need
dense input; but where it is linear in epsilon, so is the current W_1 x that it drives, and that is what is attacked.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from snnlocality import registry
from snnlocality.attacks import counterpart
from snnlocality.data.inputs import Batch, Events, Inputs
from snnlocality.engines.interface import Engine
from snnlocality.learning.gradients import constant_input_gradient
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rule import Rule
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

    place: int  # in tables
    label: str
    prepare: Callable[[Target], Attacked]
    applies: Callable[[Network, Rule], bool] = lambda network, rule: True


def load(name: str) -> Attack:
    """The attack of this name."""
    return registry.load(registry.ATTACKS, name)


def load_all() -> dict[str, Attack]:
    """All attacks by name, in the order of tables; the first is the paper's."""
    found = {name: load(name) for name in registry.names(registry.ATTACKS)}
    return dict(sorted(found.items(), key=lambda item: item[1].place))


def counterpart_signs(target: Target, iterations: int) -> np.ndarray:
    """Signs (samples, inputs) of the ReLU counterpart's gradient; ``iterations`` of its fixed point with V."""
    r, labels = counterpart.mean_input(target.batch.inputs), target.batch.targets[0]
    return np.sign(counterpart.gradient(target.network, r, labels, iterations))


def true_gradient(target: Target, batch: Batch) -> np.ndarray:
    """Of the loss by a constant current, always by BPTT's routing, (samples, inputs)."""
    return constant_input_gradient(target.network, batch, LOSSES[target.loss], target.engine)


def constant(target: Target, signs: np.ndarray) -> Attacked:
    """For the same signs (samples, inputs) at every step."""
    return lambda epsilon: (target.network, with_current(target.batch.inputs, epsilon * signs))


def linear(target: Target, x: np.ndarray, direction: np.ndarray) -> Attacked:
    """For the input x + epsilon * direction, one of each step: two products in all, not one for every epsilon."""
    W = target.network.weights["W1"]
    driven = replace(target.network, weights={**target.network.weights, "W1": np.eye(len(W), dtype=W.dtype)})
    rest, slope = x @ W.T, direction @ W.T
    return lambda epsilon: (driven, rest + W.dtype.type(epsilon) * slope)


def with_current(inputs: Inputs, delta: np.ndarray) -> Inputs:
    """Inputs with a current (samples, inputs) added at every step."""
    if isinstance(inputs, Events):
        return inputs._replace(current=np.broadcast_to(delta, (inputs.samples, inputs.inputs)))
    return inputs + np.asarray(delta, inputs.dtype)


def dense(target: Target) -> np.ndarray:
    """The batch's inputs as a dense array, (steps, samples, inputs)."""
    inputs = target.batch.inputs
    return inputs.dense() if isinstance(inputs, Events) else inputs
