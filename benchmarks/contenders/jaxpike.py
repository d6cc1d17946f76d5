"""jaxpike (JAX): its layers, execution and surrogate; the neuron is one of our own, as the library means it to be.

It has none with a synaptic current; "a neuron is any object with three methods" (its documentation), so the case's is
written so, and its first losses equal ours. Variants: ``documented``, ``unroll`` as it comes, which takes every product
out of the scan over time and unrolls that by 8 steps, chosen on a graphics card; ``tuned``, unrolled by as many as were
fastest of 1, 2, 4 and 8 on two cores: twice the speed. Recomputing the step on the way back (``remat_step``) was tried
with each and makes no clear difference.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import jaxpike

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from benchmarks.jax_training import contender

TUNED = {"ff": 1, "rec": 2}  # steps of the scan unrolled


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
    """See ``benchmarks.contender``."""
    layers = [module for layer in case.hidden for module in (_dense(case, f"W{layer}"), _neuron(case, layer))]
    network = jaxpike.Sequential(*layers, _dense(case, "W_out"), Readout(case.kappa))
    unrolled = None if options.variant == "documented" else TUNED["rec" if case.recurrent else "ff"]
    initial, constants = eqx.partition(network, eqx.is_inexact_array)

    def outputs(weights: jaxpike.Sequential, inputs: jax.Array) -> jax.Array:
        model = eqx.combine(weights, constants)
        return jaxpike.unroll(model, inputs, scan_unroll=unrolled)[0]

    def firing_rates(weights: jaxpike.Sequential, inputs: jax.Array) -> list[jax.Array]:
        return _firing_rates(eqx.combine(weights, constants), inputs)

    return contender(case, initial, outputs, firing_rates, ".V", ("jaxpike", "equinox"), "")


def _dense(case: Case, name: str) -> jaxpike.Dense:
    above, below = case.weights[name].shape
    layer = jaxpike.Dense(below, above, key=jax.random.key(0), use_bias=False)
    return eqx.tree_at(lambda layer: layer.weight, layer, jnp.asarray(case.weights[name]))


def _neuron(case: Case, layer: int) -> Neuron:
    V = jnp.asarray(case.weights[f"V{layer}"]) if case.recurrent else None
    return Neuron(V, jaxpike.FastSigmoid(case.slope), case.alpha, case.beta, case.theta)


def _firing_rates(model: jaxpike.Sequential, inputs: jax.Array) -> list[jax.Array]:
    rates = []
    for layer in range(2, len(model.layers) - 1, 2):
        spikes, _ = jaxpike.unroll(jaxpike.Sequential(*model.layers[:layer]), inputs)
        rates.append(spikes.mean())
    return rates
