"""The direction that the rule's own errors give: no gradient of the loss, whatever it may look like."""

import numpy as np

from snnlocality.attacks.fgsm import Attack, Attacked, Target, constant
from snnlocality.learning.gradients import by_constant_input
from snnlocality.learning.losses import LOSSES
from snnlocality.learning.rule import ErrorSource, Rule
from snnlocality.network import Network


def _prepare(target: Target) -> Attacked:
    local_loss = LOSSES[target.local_loss] if target.local_loss else None
    loss = LOSSES[target.loss]
    own = by_constant_input(target.network, target.batch, target.rule, loss, local_loss, target.engine)
    return constant(target, np.sign(own))


def _is_no_gradient(network: Network, rule: Rule) -> bool:
    return rule.source is not ErrorSource.ABOVE or rule.instantaneous or rule.truncation == 1


ATTACK = Attack(70, "the rule's own routing, no gradient", _prepare, _is_no_gradient)
