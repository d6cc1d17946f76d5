"""Projected gradient descent (Madry et al. 2018) in currents constant in time, from zero, steps of 2.5 eps / n."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target
from snnlocality.data.inputs import Driven, at_all


def _prepare(target: Target) -> Attacked:
    def attacked(epsilon: float) -> Driven:
        delta, driven = np.zeros_like(target.gradient), None
        for _ in range(target.pgd_steps):
            gradient = target.gradient if driven is None else target.gradient_at(driven)
            delta = np.clip(delta + 2.5 * epsilon / target.pgd_steps * np.sign(gradient), -epsilon, epsilon)
            driven = Driven(target.drive, at_all(len(target.drive), target.driven(delta)), 1)
        assert driven is not None
        return driven

    return attacked


ATTACK = Attack(60, "white box, PGD", _prepare)
