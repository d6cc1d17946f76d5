"""Projected gradient descent (Madry et al. 2018) in currents constant in time, from zero, steps of 2.5 eps / n."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, true_gradient, with_current
from snnlocality.data.inputs import Inputs
from snnlocality.network import Network


def _prepare(target: Target) -> Attacked:
    def attacked(epsilon: float) -> tuple[Network, Inputs]:
        inputs, delta = target.batch.inputs, np.zeros((), np.float64)
        for _ in range(target.pgd_steps):
            gradient = true_gradient(target, target.batch._replace(inputs=with_current(inputs, delta)))
            delta = np.clip(delta + 2.5 * epsilon / target.pgd_steps * np.sign(gradient), -epsilon, epsilon)
        return target.network, with_current(inputs, delta)

    return attacked


ATTACK = Attack(60, "white box, PGD", _prepare)
