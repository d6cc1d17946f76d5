"""How a network is trained."""

from dataclasses import dataclass

READOUT_LOSSES = ("cross_entropy", "squared_error", "smooth_l1")
TARGET_PROJECTION = "target_projection"  # what a rule whose signal is the target has in the place of local losses
LOSSES = (*READOUT_LOSSES, TARGET_PROJECTION)  # every engine has each; ``learning.losses`` has the formulas


@dataclass(frozen=True)
class Optimisation:
    """What decides a training, beside the network, its rule and the data."""

    loss: str  # of the readout, one of READOUT_LOSSES
    local_loss: str | None  # of the layers' own readouts, one of LOSSES; None for rules without
    epochs: int
    batch_size: int  # samples
    learning_rate: float  # Adam's at the start; it falls to zero along half a cosine
