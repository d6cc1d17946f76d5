"""The gradient of the spiking network itself, by BPTT; a sign for every step."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, along
from snnlocality.learning.gradients import input_gradients
from snnlocality.learning.losses import LOSSES


def _prepare(target: Target) -> Attacked:
    gradients = input_gradients(target.network, target.batch, LOSSES[target.loss], target.engine)
    return along(target, np.stack([target.driven(np.sign(gradient)) for gradient in gradients]))


ATTACK = Attack(50, "white box, a sign per input and step", _prepare)
