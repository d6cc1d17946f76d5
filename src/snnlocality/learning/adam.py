"""Adam (Kingma & Ba 2015) with its usual constants, and the schedule of its learning rate."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from snnlocality.network import Weights

if TYPE_CHECKING:
    from torch import Tensor

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8  # decay of the two moments, and what keeps the division finite


class AdamStep(NamedTuple):
    """The factors of one step, the same for all weights: both moments start at zero and are corrected for that."""

    rate: float  # learning rate / (1 - FIRST^n) at step n
    scale: float  # 1 / sqrt(1 - SECOND^n)


Update = Callable[[Weights, Weights, Weights, Weights, AdamStep], None]


def update(weights: Weights, gradients: Weights, first: Weights, second: Weights, step: AdamStep) -> None:
    """m += (1 - b1)(g - m); v += (1 - b2)(g^2 - v); w -= rate m / (scale sqrt(v) + epsilon); all in place."""
    for name, g in gradients.items():
        w, m, v = weights[name], first[name], second[name]
        m += (1 - FIRST) * (g - m)
        v += (1 - SECOND) * (np.square(g) - v)
        w -= step.rate * m / (step.scale * np.sqrt(v) + EPSILON)


class Adam:
    """Moments of all weights and the number of steps done; ``update`` is an engine's way to do one step."""

    def __init__(self, weights: Weights, update: Update) -> None:
        self.weights, self._update, self.steps = weights, update, 0
        self.first = {name: np.zeros_like(array) for name, array in weights.items()}
        self.second = {name: np.zeros_like(array) for name, array in weights.items()}

    def step(self, gradients: Weights, learning_rate: float) -> None:
        """Change the weights in place."""
        self.steps += 1
        step = AdamStep(learning_rate / (1 - FIRST**self.steps), 1 / math.sqrt(1 - SECOND**self.steps))
        self._update(self.weights, gradients, self.first, self.second, step)


def on_tensors(tensors: Sequence["Tensor"], learning_rate: float) -> Callable[[], None]:
    """A step of Adam on PyTorch's leaves, by their ``grad``, which it clears.

    PyTorch's own takes MKL's square root, which starts from the processor's approximation: Intel's and AMD's differ.
    """
    optimiser = Adam({str(n): tensor.detach().numpy() for n, tensor in enumerate(tensors)}, update)

    def step() -> None:
        # Each leaf has one after a backward pass.
        gradients = {str(n): tensor.grad.numpy() for n, tensor in enumerate(tensors)}  # type: ignore[union-attr]
        optimiser.step(gradients, learning_rate)
        for tensor in tensors:
            tensor.grad = None

    return step


def cosine(learning_rate: float, done: int, total: int) -> float:
    """The learning rate after ``done`` of ``total`` steps: from its start to zero along half a cosine."""
    return learning_rate * (1 + math.cos(math.pi * done / total)) / 2
