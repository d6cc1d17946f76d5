"""rockpool (JAX): LinearJax and LIFJax, feed-forward and recurrent, and ExpSynJax as the readout.

LinearJax is a product over all steps, and each layer of neurons one scan over time. The library offers no other way, so
there is one variant.
"""

import warnings

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from benchmarks.jax_training import contender

with warnings.catch_warnings():  # about what it could do with other libraries
    warnings.simplefilter("ignore")
    from rockpool.nn.combinators import Sequential
    from rockpool.nn.modules import ExpSynJax, LIFJax, LinearJax
    from rockpool.parameters import Constant

DIFFERENCES = (
    "theta is subtracted before the membrane decays; gradients flow through the reset; the surrogate is piecewise "
    "linear; synapses decay before they are felt (mended by larger weights)"
)


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``."""
    layers = [module for layer in case.hidden for module in (_linear(case, f"W{layer}"), _neuron(case, layer))]
    network = Sequential(*layers, _linear(case, "W_out"), _readout(case))

    def outputs(weights: dict, inputs: jax.Array) -> jax.Array:
        return network.set_attributes(weights).reset_state()(inputs)[0].swapaxes(0, 1)

    def firing_rates(weights: dict, inputs: jax.Array) -> list[jax.Array]:
        _, _, recorded = network.set_attributes(weights).reset_state()(inputs, record=True)
        return [recorded[name]["spikes"].mean() for name in recorded if name.endswith("LIFJax")]

    return contender(
        case, network.parameters(), outputs, firing_rates, "w_rec", ("rockpool",), DIFFERENCES, _samples_first
    )


def _samples_first(inputs: np.ndarray) -> np.ndarray:
    return inputs.swapaxes(0, 1)


def _linear(case: Case, name: str) -> LinearJax:
    gain = case.kappa if name == "W_out" else case.alpha  # synapses decay first
    weight = jnp.asarray(case.weights[name].T / np.float32(gain))
    return LinearJax(shape=weight.shape, weight=weight, has_bias=False)


def _neuron(case: Case, layer: int) -> LIFJax:
    size = len(case.weights[f"W{layer}"])
    recurrent = {}
    if case.recurrent:
        recurrent = {"has_rec": True, "w_rec": jnp.asarray(case.weights[f"V{layer}"].T / np.float32(case.alpha))}
    return LIFJax(
        shape=size,
        tau_syn=Constant(_time_constant(case, case.alpha)),
        tau_mem=Constant(_time_constant(case, case.beta)),
        bias=Constant(0.0),
        threshold=Constant(case.theta),
        max_spikes_per_dt=1.0,
        dt=case.step_ms,
        **recurrent,
    )


def _readout(case: Case) -> ExpSynJax:
    return ExpSynJax(shape=case.classes, tau=Constant(_time_constant(case, case.kappa)), dt=case.step_ms)


def _time_constant(case: Case, decay: float) -> float:
    return -case.step_ms / float(np.log(decay))
