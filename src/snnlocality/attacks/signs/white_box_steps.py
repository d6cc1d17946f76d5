"""The gradient of the spiking network itself, by BPTT; a sign for every step."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, dense, linear
from snnlocality.learning.gradients import input_gradient
from snnlocality.learning.losses import LOSSES


def _prepare(target: Target) -> Attacked:
    gradient = input_gradient(target.network, target.batch, LOSSES[target.loss], target.engine)
    return linear(target, dense(target), np.sign(gradient).astype(np.float32))


ATTACK = Attack(50, "white box, a sign per input and step", _prepare)
