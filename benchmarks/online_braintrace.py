"""BrainTrace's cost of one gradient of one sample, in its own environment: ``python -m benchmarks.online_braintrace``.

Standard input: a JSON list of {"rule", "steps", "width", "depth"}; standard output: the same list, each with its
kilobytes (of eligibility traces and states of neurons) and milliseconds. The network is that of ``benchmarks.online``
but for the readout, which forgets at once.
"""

import json
import sys
import time
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

with warnings.catch_warnings():  # about what it could do with other libraries
    warnings.simplefilter("ignore")
    import brainstate
    import braintools
    import braintrace

ALPHA, BETA, THETA = 0.8, 0.9, 1.0
CLASSES, RATE, REPEATS = 2, 0.3, 3
RULES: dict[str, tuple[type, dict[str, float]]] = {  # an algorithm and its options
    "BrainTrace D-RTRL": (braintrace.D_RTRL, {}),
    "BrainTrace e-prop": (braintrace.EProp, {}),
    "BrainTrace pp-prop": (braintrace.pp_prop, {"decay_or_rank": 0.9}),
}


class Layer(brainstate.nn.Module):
    """Leaky neurons with synaptic currents and recurrent weights."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self._units, self._spike = units, braintools.surrogate.ReluGrad()
        self.weights = _linear(inputs + units, units)

    def init_state(self, *_: Any, **__: Any) -> None:
        """I and U at rest."""
        self.I = brainstate.HiddenState(jnp.zeros(self._units))
        self.U = brainstate.HiddenState(jnp.zeros(self._units))

    def update(self, x: jax.Array) -> jax.Array:
        """One step: spikes (units,) for inputs (inputs,)."""
        before = self._spike(self.U.value - THETA)
        self.I.value = ALPHA * self.I.value + self.weights(jnp.concatenate([x, before]))
        self.U.value = BETA * self.U.value + self.I.value - THETA * before
        return self._spike(self.U.value - THETA)


class Network(brainstate.nn.Module):
    """``depth`` layers and a readout."""

    def __init__(self, width: int, depth: int) -> None:
        super().__init__()
        self.layers = [Layer(width, width) for _ in range(depth)]
        self.readout = _linear(width, CLASSES)

    def update(self, x: jax.Array) -> jax.Array:
        """One step."""
        for layer in self.layers:
            x = layer(x)
        return self.readout(x)


def _linear(below: int, above: int) -> braintrace.nn.Linear:
    random = np.random.default_rng(0)
    return braintrace.nn.Linear(
        below, above, w_init=lambda shape, **_: jnp.asarray(random.normal(0, below**-0.5, shape)), b_init=None
    )


def measured(rule: str, steps: int, width: int, depth: int) -> tuple[float, float]:
    """(kilobytes, milliseconds)."""
    xs = jnp.asarray((np.random.default_rng(0).random((steps, width)) < RATE).astype(np.float64))
    ys = jnp.zeros(steps, int)
    with warnings.catch_warnings():  # that the readout has no state
        warnings.simplefilter("ignore")
        algorithm, options = RULES[rule]
        learner = braintrace.compile(Network(width, depth), algorithm, xs[0], **options)

    def loss(x: jax.Array, y: jax.Array) -> jax.Array:
        return -jax.nn.log_softmax(learner(x))[y]

    gradient = brainstate.transform.jit(lambda xs, ys: learner.etrace_grad(xs, ys, step_fn=loss))
    seconds = []
    for _ in range(REPEATS + 1):  # the first compiles
        begin = time.perf_counter()
        jax.block_until_ready(gradient(xs, ys))
        seconds.append(time.perf_counter() - begin)
    held = (state for state in learner.states().values() if not isinstance(state, brainstate.ParamState))
    arrays = [leaf for state in held for leaf in jax.tree.leaves(state.value) if hasattr(leaf, "nbytes")]
    return sum(array.nbytes for array in arrays) / 1000, 1000 * min(seconds[1:])


def main() -> None:
    """Answer one request."""
    jax.config.update("jax_enable_x64", True)
    rows = json.load(sys.stdin)
    for row in rows:
        row["kilobytes"], row["milliseconds"] = measured(**row)
        print(*row.values(), file=sys.stderr, flush=True)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
