"""A counterpart that keeps the recurrent weights, at its fixed point."""

from snnlocality.attacks.fgsm import Attack, Attacked, Target, constant, counterpart_signs
from snnlocality.learning.rule import Rule
from snnlocality.network import Network


def _prepare(target: Target) -> Attacked:
    return constant(target, counterpart_signs(target, target.fixed_point_iterations))


def _is_recurrent(network: Network, rule: Rule) -> bool:
    return "V1" in network.weights


ATTACK = Attack(30, "ReLU counterpart with V, fixed point", _prepare, _is_recurrent)
