"""What an experiment of the tutorial is given."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from snnlocality.data.batches import Dataset
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.neurons.lif import Leaky


class Context(NamedTuple):
    """What an experiment gets beside its settings."""

    engine: Engine
    data: tuple[Dataset, dict[Part, np.ndarray]] | None  # the study's recordings, for experiments on data
    neurons: Leaky | None  # the study's own on these data
    advance: Callable[[int, int], None]  # tells people (done, all)
