"""Triton kernels where there is no graphics card: run in Triton's interpreter, or compiled and not run.

As a program it compiles, for a card of the compute capability given as argument (90 is 9.0), all that training
launches, and prints the names of the kernels.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from networks import SURROGATES, as_events, random_network, rule
from snnlocality import registry
from snnlocality.data.batches import EventDataset
from snnlocality.learning.optimisation import Optimisation
from snnlocality.network import Shape
from snnlocality.neurons.spikes import spiking


@contextmanager
def runnable() -> Iterator[None]:
    """Within it, kernels can be imported and run. Nothing stays behind for other tests or their subprocesses.

    Triton chooses between compiler and interpreter when it is imported, so its first import must lie within.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not torch.cuda.is_available():
            patch.setenv("TRITON_INTERPRET", "1")
        yield


def compile_training(capability: int) -> set[str]:
    """Compile what training launches, for every surrogate, layer size and number type; return the kernels' names."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.runtime.jit import JITFunction

    launched, run = set(), JITFunction.run

    def compile_only(self, *arguments, grid, warmup, **options):
        assert run(self, *arguments, grid=grid, warmup=True, **options).asm["cubin"]
        launched.add(self.fn.__name__)

    JITFunction.run = compile_only
    card = {"target": GPUTarget("cuda", capability, 32), "device": 0, "stream": 0}
    triton.runtime.driver.set_active(
        SimpleNamespace(**{f"get_current_{name}": lambda *_, value=value: value for name, value in card.items()})
    )
    for surrogate in registry.names(SURROGATES):
        train_once(surrogate, torch.float32, recurrent=True)
    for recurrent in (False, True):
        train_once("fast_sigmoid", torch.float64, recurrent)
    return launched


def train_once(surrogate: str, dtype: torch.dtype, recurrent: bool) -> None:
    """One step of training, of one layer that fits a program's registers and one that does not."""
    from snnlocality.engines.cuda.device import Device
    from snnlocality.engines.cuda.packed import train_many

    events = as_events(np.ones((3, 2, 5)))
    dataset = EventDataset(events.units, events.offsets, np.zeros(2, np.uint8), 3, 1.0, 5, 2)
    network = random_network(Shape(5, (300, 40), 2, recurrent), spike=spiking(surrogate, 2.0))
    one_step = Optimisation("cross_entropy", None, epochs=1, batch_size=1, learning_rate=0.01)
    device = Device(torch.device("cpu"), dtype)
    train_many([network], dataset, [0], [1], rule("bptt"), one_step, [0], device)


if __name__ == "__main__":
    print(sorted(compile_training(int(sys.argv[1]))))
