"""spyx (JAX): CuBaLIF and RCuBaLIF.

Variants: ``documented``, the whole network in one scan over time as in the library's own examples; ``hoisted``, with
the input layer's product taken out of the scan, over all steps at once. A scan per layer, with every product taken out,
was tried and is slower (by 45 to 50 %); so is unrolling the scan by 4 or 10 steps.
"""

import jax
import jax.numpy as jnp
import spyx
from flax import nnx

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from benchmarks.jax_training import contender

DIFFERENCES = (
    "a spike leaves one step later, so that each layer adds a step of latency; theta is subtracted before the membrane "
    "decays; gradients flow through the reset"
)


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``."""
    rngs = nnx.Rngs(0)
    modules = [module for layer in case.hidden for module in (_linear(case, f"W{layer}"), _neuron(case, layer, rngs))]
    modules += [_linear(case, "W_out"), spyx.nn.LI((case.classes,), beta=case.kappa, rngs=rngs)]
    graph, initial, constants = nnx.split(spyx.nn.Sequential(*modules), _is_weight, ...)

    def outputs(weights: nnx.State, inputs: jax.Array) -> jax.Array:
        model = nnx.merge(graph, weights, constants)
        if options.variant == "documented":
            return spyx.nn.run(model, inputs)[0]
        first, *rest = model.layers
        return spyx.nn.run(spyx.nn.Sequential(*rest), first(inputs))[0]

    def firing_rates(weights: nnx.State, inputs: jax.Array) -> list[jax.Array]:
        return _firing_rates(nnx.merge(graph, weights, constants), inputs)

    return contender(case, initial, outputs, firing_rates, "recurrent_w", ("spyx", "flax"), DIFFERENCES)


def _linear(case: Case, name: str) -> nnx.Linear:
    above, below = case.weights[name].shape
    linear = nnx.Linear(below, above, use_bias=False, rngs=nnx.Rngs(0))
    linear.kernel = nnx.Param(jnp.asarray(case.weights[name].T))
    return linear


def _neuron(case: Case, layer: int, rngs: nnx.Rngs) -> nnx.Module:
    size = (len(case.weights[f"W{layer}"]),)
    constants = {"alpha": case.alpha, "beta": case.beta, "threshold": case.theta, "rngs": rngs}
    spike = spyx.axn.superspike(case.slope)
    if not case.recurrent:
        return spyx.nn.CuBaLIF(size, activation=spike, **constants)
    neuron = spyx.nn.RCuBaLIF(size, activation=spike, **constants)
    neuron.recurrent_w = nnx.Param(jnp.asarray(case.weights[f"V{layer}"].T))
    return neuron


def _is_weight(path: tuple, value: object) -> bool:
    """Time constants are parameters too in spyx; here they are fixed."""
    return path[-1] in ("kernel", "recurrent_w")


def _firing_rates(model: spyx.nn.Sequential, inputs: jax.Array) -> list[jax.Array]:
    rates, spikes = [], inputs
    for linear, neuron in list(zip(model.layers[::2], model.layers[1::2], strict=True))[:-1]:
        spikes, _ = spyx.nn.run(neuron, linear(spikes))
        rates.append(spikes.mean())
    return rates
