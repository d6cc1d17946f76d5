"""The paper's attack: the gradient of a ReLU counterpart of the network, at inputs averaged over time."""

from snnlocality.attacks.fgsm import Attack, Attacked, Target, constant, counterpart_signs


def _prepare(target: Target) -> Attacked:
    return constant(target, counterpart_signs(target, 0))


ATTACK = Attack(10, "ReLU counterpart", _prepare)
