"""Fast gradient sign attacks (Goodfellow et al. 2015), and the controls that tell what they measure.

Every attack (a file in ``attacks.signs``) adds at most epsilon to each input of each step. Given a network and a batch
it finds its directions once and returns what is to be simulated for any epsilon. Where that is linear in epsilon, so is
the current W_1 x that it drives, and that is what is attacked (``data.inputs.Driven``): what the events drive is
computed once for all attacks, what a direction drives once for all epsilons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from snnlocality import registry
from snnlocality.attacks import counterpart
from snnlocality.data.inputs import Batch, Driven, Inputs, at_all, weighed
from snnlocality.engines.interface import Engine
from snnlocality.learning.gradients import constant_input_gradient
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rule import Rule
from snnlocality.network import Network


@dataclass(frozen=True)
class Target:
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

    @cached_property
    def drive(self) -> np.ndarray:
        """What the batch drives the first layer by, (steps, samples, N_1)."""
        assert not isinstance(self.batch.inputs, Driven)
        return self.engine.drive(self.network, self.batch.inputs)

    @cached_property
    def gradient(self) -> np.ndarray:
        """Of the loss by a constant input, always by BPTT's routing, (samples, inputs)."""
        return self.gradient_at(self.batch.inputs)

    def gradient_at(self, inputs: Inputs) -> np.ndarray:
        """The same at other inputs."""
        batch = self.batch._replace(inputs=inputs)
        return constant_input_gradient(self.network, batch, LOSSES[self.loss], self.engine)

    def driven(self, x: np.ndarray) -> np.ndarray:
        """What inputs (samples, inputs) drive the first layer by, (samples, N_1)."""
        return weighed(self.network.weights["W1"], x)


Attacked = Callable[[float], Inputs]  # epsilon -> what is simulated


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


def constant(target: Target, signs: np.ndarray) -> Attacked:
    """For the same signs (samples, inputs) at every step."""
    return along(target, at_all(len(target.drive), target.driven(signs)))


def along(target: Target, direction: np.ndarray) -> Attacked:
    """For a direction by what it drives the first layer by, (steps, samples, N_1)."""
    return lambda epsilon: Driven(target.drive, direction, epsilon)
