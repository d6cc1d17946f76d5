"""Random signs: what any change of this size does."""

from snnlocality.attacks.fgsm import Attack, Attacked, Target, constant
from snnlocality.data.inputs import Events


def _prepare(target: Target) -> Attacked:
    inputs = target.batch.inputs
    shape = (inputs.samples, inputs.inputs) if isinstance(inputs, Events) else inputs.shape[1:]
    return constant(target, target.random.choice([-1.0, 1.0], size=shape))


ATTACK = Attack(80, "random signs", _prepare)
