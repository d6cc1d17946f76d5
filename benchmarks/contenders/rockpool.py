"""rockpool (JAX): LinearJax and LIFJax, feed-forward and recurrent, and ExpSynJax as the readout.

Each layer is one scan over time, and LinearJax a product over all steps; this is how the library's own examples of
training with JAX have it. There is no other way to run it, so there is one variant.
"""

import warnings
from importlib.metadata import version

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.case import Case, dense
from benchmarks.contender import Contender, Options

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
    """See ``benchmarks.contender``. XLA takes as many threads as there are processors the harness leaves it."""
    layers = [module for layer in case.hidden for module in (_linear(case, f"W{layer}"), _neuron(case, layer))]
    network = Sequential(*layers, _linear(case, "W_out"), _readout(case))
    initial = network.parameters()
    optimiser = optax.adam(case.learning_rate)

    def outputs(weights: dict, inputs: jax.Array) -> jax.Array:
        model = network.set_attributes(weights).reset_state()
        return model(inputs)[0]

    def mean_loss(weights: dict, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        y = outputs(weights, inputs)
        return optax.softmax_cross_entropy_with_integer_labels(y, jnp.broadcast_to(labels[:, None], y.shape[:2])).mean()

    def update(weights, moments, inputs, labels):
        loss, gradients = jax.value_and_grad(mean_loss)(weights, inputs, labels)
        gradients = jax.tree_util.tree_map_with_path(_without_self_connections, gradients)
        updates, moments = optimiser.update(gradients, moments)
        return optax.apply_updates(weights, updates), moments, loss

    train = jax.jit(update, donate_argnums=(0, 1))
    forward = jax.jit(outputs)

    def start() -> tuple:
        weights = jax.tree.map(lambda array: jnp.copy(jnp.asarray(array)), initial)
        return weights, optimiser.init(weights)

    state = start()

    def restore() -> None:
        nonlocal state
        state = start()

    def prepare(recordings: np.ndarray) -> tuple[jax.Array, jax.Array]:
        inputs = jnp.asarray(dense(case, recordings).transpose(1, 0, 2))  # samples first
        return inputs, jnp.asarray(case.labels[recordings], jnp.int32)

    def step(batch: tuple[jax.Array, jax.Array]) -> jax.Array:
        nonlocal state
        *state, loss = train(*state, *batch)
        return loss

    def evaluate(batch: tuple[jax.Array, jax.Array]) -> tuple[np.ndarray, list[float]]:
        weights, _ = state
        _, _, recorded = network.set_attributes(weights).reset_state()(batch[0], record=True)
        rates = [float(recorded[name]["spikes"].mean()) for name in recorded if name.endswith("LIFJax")]
        return np.asarray(forward(weights, batch[0])).transpose(1, 0, 2), rates

    versions = {name: version(name) for name in ("rockpool", "jax", "jaxlib")}
    return Contender(prepare, step, restore, evaluate, versions, DIFFERENCES)


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


def _without_self_connections(path: tuple, gradient: jax.Array) -> jax.Array:
    recurrent = "w_rec" in jax.tree_util.keystr(path)
    return gradient * (1 - jnp.eye(len(gradient))) if recurrent else gradient
