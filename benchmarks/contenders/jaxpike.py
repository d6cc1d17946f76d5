"""jaxpike (JAX): its layers, execution and surrogate; the neuron is one of our own, as the library means it to be.

It has none with a synaptic current; "a neuron is any object with three methods" (its documentation), so the case's is
written so, and its first losses equal ours. Variants: ``documented``, ``unroll`` as it comes, which takes every product
out of the scan over time and unrolls that by 8 steps; ``tuned``, unrolled by as many steps as are fastest here.
Recomputing the step on the way back (``remat_step``) was tried and is slower.
"""

from importlib.metadata import version

import equinox as eqx
import jax
import jax.numpy as jnp
import jaxpike
import numpy as np
import optax

from benchmarks.case import Case, dense
from benchmarks.contender import Contender, Options

UNROLL = {"documented": None, "tuned": 2}


class Neuron(eqx.Module):
    """The case's neuron, with recurrent weights or without."""

    V: jax.Array | None
    surrogate: jaxpike.FastSigmoid
    alpha: float = eqx.field(static=True)
    beta: float = eqx.field(static=True)
    theta: float = eqx.field(static=True)

    def init_state(self, shape: tuple[int, ...]) -> tuple[jax.Array, ...]:
        """I, U and s at rest."""
        return tuple(jnp.zeros(shape) for _ in range(3))

    def out_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """As many spikes as currents."""
        return shape

    def __call__(self, state: tuple[jax.Array, ...], x: jax.Array) -> tuple[tuple[jax.Array, ...], jax.Array]:
        """One step."""
        I, U, s = state
        I = self.alpha * I + (x if self.V is None else x + s @ self.V.T)
        U = self.beta * U + I - self.theta * s
        s = self.surrogate(U - self.theta)
        return (I, U, s), s


class Readout(eqx.Module):
    """A leaky sum: the library's own scales its input by 1 - kappa."""

    kappa: float = eqx.field(static=True)

    def init_state(self, shape: tuple[int, ...]) -> jax.Array:
        """y at rest."""
        return jnp.zeros(shape)

    def out_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A value for every class."""
        return shape

    def __call__(self, y: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """One step."""
        y = self.kappa * y + x
        return y, y


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``. XLA takes as many threads as there are processors the harness leaves it."""
    layers = [module for layer in case.hidden for module in (_dense(case, f"W{layer}"), _neuron(case, layer))]
    network = jaxpike.Sequential(*layers, _dense(case, "W_out"), Readout(case.kappa))
    initial, constants = eqx.partition(network, eqx.is_inexact_array)
    optimiser = optax.adam(case.learning_rate)

    def outputs(weights: jaxpike.Sequential, inputs: jax.Array) -> jax.Array:
        model = eqx.combine(weights, constants)
        return jaxpike.unroll(model, inputs, scan_unroll=UNROLL[options.variant])[0]

    def mean_loss(weights: jaxpike.Sequential, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        y = outputs(weights, inputs)
        return optax.softmax_cross_entropy_with_integer_labels(y, jnp.broadcast_to(labels, y.shape[:2])).mean()

    def update(weights, moments, inputs, labels):
        loss, gradients = jax.value_and_grad(mean_loss)(weights, inputs, labels)
        gradients = jax.tree_util.tree_map_with_path(_without_self_connections, gradients)
        updates, moments = optimiser.update(gradients, moments)
        return optax.apply_updates(weights, updates), moments, loss

    train = jax.jit(update, donate_argnums=(0, 1))
    forward = jax.jit(outputs)
    firing_rates = jax.jit(lambda weights, inputs: _firing_rates(eqx.combine(weights, constants), inputs))

    def start() -> tuple:
        weights = jax.tree.map(jnp.copy, initial)
        return weights, optimiser.init(weights)

    state = start()

    def restore() -> None:
        nonlocal state
        state = start()

    def prepare(recordings: np.ndarray) -> tuple[jax.Array, jax.Array]:
        return jnp.asarray(dense(case, recordings)), jnp.asarray(case.labels[recordings], jnp.int32)

    def step(batch: tuple[jax.Array, jax.Array]) -> jax.Array:
        nonlocal state
        *state, loss = train(*state, *batch)
        return loss

    def evaluate(batch: tuple[jax.Array, jax.Array]) -> tuple[np.ndarray, list[float]]:
        weights, _ = state
        return np.asarray(forward(weights, batch[0])), list(map(float, firing_rates(weights, batch[0])))

    versions = {name: version(name) for name in ("jaxpike", "equinox", "jax", "jaxlib")}
    return Contender(prepare, step, restore, evaluate, versions, "")


def _dense(case: Case, name: str) -> jaxpike.Dense:
    above, below = case.weights[name].shape
    layer = jaxpike.Dense(below, above, key=jax.random.key(0), use_bias=False)
    return eqx.tree_at(lambda layer: layer.weight, layer, jnp.asarray(case.weights[name]))


def _neuron(case: Case, layer: int) -> Neuron:
    V = jnp.asarray(case.weights[f"V{layer}"]) if case.recurrent else None
    return Neuron(V, jaxpike.FastSigmoid(case.slope), case.alpha, case.beta, case.theta)


def _without_self_connections(path: tuple, gradient: jax.Array) -> jax.Array:
    recurrent = jax.tree_util.keystr(path).endswith(".V")
    return gradient * (1 - jnp.eye(len(gradient))) if recurrent else gradient


def _firing_rates(model: jaxpike.Sequential, inputs: jax.Array) -> list[jax.Array]:
    rates = []
    for layer in range(2, len(model.layers) - 1, 2):
        spikes, _ = jaxpike.unroll(jaxpike.Sequential(*model.layers[:layer]), inputs)
        rates.append(spikes.mean())
    return rates
