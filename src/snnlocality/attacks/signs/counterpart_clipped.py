"""The paper's attack, its inputs kept within what inputs can be."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, counterpart_signs, dense, linear
from snnlocality.data.inputs import Events


def _prepare(target: Target) -> Attacked:
    signs, x = counterpart_signs(target, 0).astype(np.float32), dense(target)
    if isinstance(target.batch.inputs, Events):  # counts: those of zero can only go up, the others only down
        return linear(target, x, np.where(x > 0, np.minimum(signs, 0), np.maximum(signs, 0)))
    return lambda epsilon: (target.network, np.clip(x + np.float32(epsilon) * signs, 0, np.maximum(x, 1)))


ATTACK = Attack(20, "ReLU counterpart, clipped to [0, 1]", _prepare)
