"""The paper's attack, its inputs kept within what inputs can be."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, along, counterpart_signs
from snnlocality.data.inputs import Events


def _prepare(target: Target) -> Attacked:
    signs, x = counterpart_signs(target, 0).astype(np.float32), target.batch.inputs
    if isinstance(x, Events):  # counts: those of zero can only go up, the others only down
        # So max(signs, 0) everywhere, less 1 where there is an event and a sign.
        up, there = target.driven(np.maximum(signs, 0)), target.engine.drive(target.network, x.only(signs != 0))
        return along(target, up - there)
    assert isinstance(x, np.ndarray)
    return lambda epsilon: np.clip(x + np.float32(epsilon) * signs, 0, np.maximum(x, 1))


ATTACK = Attack(20, "ReLU counterpart, clipped to [0, 1]", _prepare)
