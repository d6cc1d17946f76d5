"""How a network is trained."""

from dataclasses import dataclass

LOSSES = ("cross_entropy", "squared_error", "smooth_l1")  # every engine has each; ``learning.losses`` has the formulas


@dataclass(frozen=True)
class Optimisation:
    """What decides a training, beside the network, its rule and the data."""

    loss: str  # of the readout, one of LOSSES
    local_loss: str | None  # of the layers' own readouts; None for rules without
    epochs: int
    batch_size: int  # samples
    learning_rate: float  # Adam's at the start; it falls to zero along half a cosine
