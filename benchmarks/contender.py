"""What a library must offer to take part."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Options(NamedTuple):
    """How a contender runs."""

    threads: int
    variant: str  # the library's own: an engine, or a way of writing the network
    rule: str
    device: str = "cpu"  # or cuda


class Contender(NamedTuple):
    """A network in training; ``Batch`` and ``Loss`` are the library's own types."""

    prepare: Callable[[np.ndarray], Any]  # recordings (indices) -> Batch; never timed
    step: Callable[[Any], Any]  # one training step on a Batch -> Loss; float(Loss) waits for it
    restore: Callable[[], None]  # back to the initial weights and a fresh optimiser; never timed
    evaluate: Callable[
        [Any], tuple[np.ndarray, list[float]]
    ]  # Batch -> readout, (steps, samples, classes); firing rates
    versions: dict[str, str]
    differences: str  # from the case's network and rule, in words; empty if there are none
