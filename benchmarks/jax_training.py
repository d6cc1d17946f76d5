"""What the JAX libraries share: dense input, loss, Adam, one compiled update. Their files hold the network."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.case import Case, dense
from benchmarks.contender import Contender

Weights = Any  # a tree of arrays


def contender(
    case: Case,
    initial: Weights,
    outputs: Callable[[Weights, jax.Array], jax.Array],
    firing_rates: Callable[[Weights, jax.Array], list[jax.Array]],
    recurrent: str,
    libraries: tuple[str, ...],
    differences: str,
    arranged: Callable[[np.ndarray], np.ndarray] = lambda inputs: inputs,
) -> Contender:
    """Train ``initial`` by the derivative of ``outputs``, (weights, inputs) -> readout (steps, samples, classes).

    Weights whose path in the tree has ``recurrent`` in it learn no self-connections. Inputs are (steps, samples,
    inputs), or what ``arranged`` makes of them. XLA takes as many threads as the harness leaves it processors.
    """
    optimiser = optax.adam(case.learning_rate)

    def mean_loss(weights: Weights, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        y = outputs(weights, inputs)
        return optax.softmax_cross_entropy_with_integer_labels(y, jnp.broadcast_to(labels, y.shape[:2])).mean()

    def without_self_connections(path: tuple, gradient: jax.Array) -> jax.Array:
        own = recurrent in jax.tree_util.keystr(path)
        return gradient * (1 - jnp.eye(len(gradient))) if own else gradient

    def update(weights, moments, inputs, labels):
        loss, gradients = jax.value_and_grad(mean_loss)(weights, inputs, labels)
        gradients = jax.tree_util.tree_map_with_path(without_self_connections, gradients)
        updates, moments = optimiser.update(gradients, moments)
        return optax.apply_updates(weights, updates), moments, loss

    train = jax.jit(update, donate_argnums=(0, 1))
    forward, rates = jax.jit(outputs), jax.jit(firing_rates)

    def start() -> tuple:
        weights = jax.tree.map(jnp.array, initial)  # copies, since an update takes the memory of what it is given
        return weights, optimiser.init(weights)

    state = start()

    def restore() -> None:
        nonlocal state
        state = start()

    def prepare(recordings: np.ndarray) -> tuple[jax.Array, jax.Array]:
        return jnp.asarray(arranged(dense(case, recordings))), jnp.asarray(case.labels[recordings], jnp.int32)

    def step(batch: tuple[jax.Array, jax.Array]) -> jax.Array:
        nonlocal state
        *state, loss = train(*state, *batch)
        return loss

    def evaluate(batch: tuple[jax.Array, jax.Array]) -> tuple[np.ndarray, list[float]]:
        weights, _ = state
        return np.asarray(forward(weights, batch[0])), list(map(float, rates(weights, batch[0])))

    versions = {name: version(name) for name in (*libraries, "jax", "jaxlib")}
    return Contender(prepare, step, restore, evaluate, versions, differences)
