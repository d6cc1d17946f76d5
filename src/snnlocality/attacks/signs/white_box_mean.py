"""The gradient of the spiking network itself, by BPTT; the same sign at all steps."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, constant


def _prepare(target: Target) -> Attacked:
    return constant(target, np.sign(target.gradient))


ATTACK = Attack(40, "white box, one sign per input", _prepare)
