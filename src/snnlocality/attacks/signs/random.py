"""Random signs: what any change of this size does."""

from snnlocality.attacks.fgsm import Attack, Attacked, Target, constant


def _prepare(target: Target) -> Attacked:
    shape = (target.batch.targets.shape[1], target.network.weights["W1"].shape[1])
    return constant(target, target.random.choice([-1.0, 1.0], size=shape))


ATTACK = Attack(80, "random signs", _prepare)
