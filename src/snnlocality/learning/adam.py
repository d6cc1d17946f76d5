"""Adam (Kingma & Ba 2015) with its usual constants, and the schedule of its learning rate."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from snnlocality.network import Weights

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8  # decay of the two moments, and what keeps the division finite


class AdamStep(NamedTuple):
    """The factors of one step, the same for all weights: both moments start at zero and are corrected for that."""

    rate: float  # learning rate / (1 - FIRST^n) at step n
    scale: float  # 1 / sqrt(1 - SECOND^n)


Update = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, AdamStep], None]


def update(weight: np.ndarray, gradient: np.ndarray, first: np.ndarray, second: np.ndarray, step: AdamStep) -> None:
    """m += (1 - b1)(g - m); v += (1 - b2)(g^2 - v); w -= rate m / (scale sqrt(v) + epsilon); all in place."""
    first += (1 - FIRST) * (gradient - first)
    second += (1 - SECOND) * (np.square(gradient) - second)
    weight -= step.rate * first / (step.scale * np.sqrt(second) + EPSILON)


class Adam:
    """Moments of all weights; ``update`` is an engine's way to do one step on one matrix."""

    def __init__(self, weights: Weights, update: Update) -> None:
        self._weights, self._update, self._steps = weights, update, 0
        self._first = {name: np.zeros_like(array) for name, array in weights.items()}
        self._second = {name: np.zeros_like(array) for name, array in weights.items()}

    def step(self, gradients: Weights, learning_rate: float) -> None:
        """Change the weights in place."""
        self._steps += 1
        step = AdamStep(learning_rate / (1 - FIRST**self._steps), 1 / math.sqrt(1 - SECOND**self._steps))
        for name, weight in self._weights.items():
            self._update(weight, gradients[name], self._first[name], self._second[name], step)


def cosine(learning_rate: float, done: int, total: int) -> float:
    """The learning rate after ``done`` of ``total`` steps: from its start to zero along half a cosine."""
    return learning_rate * (1 + math.cos(math.pi * done / total)) / 2
