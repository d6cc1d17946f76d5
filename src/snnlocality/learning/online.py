"""Learning rules in their literal online form: forward in time, one step after the other, with traces.

The reference engine computes every rule as a backward scan over a stored simulation. These are the same
gradients as the papers define them: at each step a learning signal meets what a synapse remembers, and nothing
but the present state and traces is kept. They share no code with the engines, so that they can judge them, and
are slow: for ground truth, and for measuring what a rule costs online. NumPy, float64, dense inputs.

A hidden synapse onto neuron j from source i (an input, a neuron below, or one of the own layer a step ago)
remembers two presynaptic traces, the response of I and U to that source:

    eI_i[t] = alpha eI_i[t-1] + s_i[t]
    eU_i[t] = beta  eU_i[t-1] + eI_i[t]

and its eligibility is e_ji[t] = h(U_j[t] - theta) eU_i[t]: credit through spikes of other neurons, and through
the reset, is left out (but by the rules of ``instantaneous`` that have it). Where thresholds adapt (U being U - b a),
a synapse also remembers what it did to the adaptation, which no two synapses share (Bellec et al. 2020, eq. 24-25):

    ea_ji[t] = rho ea_ji[t-1] + e_ji[t-1]
    e_ji[t]  = h(U_j[t] - theta) (eU_i[t] - b ea_ji[t])
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snnlocality.data.inputs import Batch
from snnlocality.learning.losses import Loss
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule, Smoothed, TwoSided
from snnlocality.network import Network, readouts
from snnlocality.neurons.formula import NUMPY, as_function
from snnlocality.neurons.lif import require_leaky

_Floats = NDArray[np.float64]


class _Step(NamedTuple):
    """What one step leaves for learning."""

    sources: Mapping[str, np.ndarray]  # what each hidden weight multiplies at this step, (samples, sources)
    h: Mapping[int, np.ndarray]  # h(U_l - theta) per hidden layer, (samples, N_l)
    spikes: Mapping[int, np.ndarray]  # s_l per hidden layer, (samples, N_l)
    presynaptic: Mapping[str, np.ndarray]  # eU by the name of the hidden weight, (samples, sources)
    adaptation: Mapping[str, np.ndarray]  # b ea likewise, (samples, N_l, sources); empty where thresholds stay
    readout: np.ndarray  # y, (samples, classes)
    readout_traces: Mapping[str, np.ndarray]  # by name of its weights, the spikes it reads filtered by kappa


def eprop(network: Network, batch: Batch, loss: Loss, feedback: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Gradients of e-prop by weight name: dW_ji = sum_t L_j[t] ebar_ji[t] (Bellec et al. 2020).

    Because the readout leaks, eligibilities are filtered like it: ebar[t] = kappa ebar[t-1] + e[t]. The learning
    signal is L_j[t] = sum_k B_kj dL/dy_k[t]. ``feedback``: B{l} of shape (classes, N_l), the network's own random
    matrices, the products of the weights above, or the readout's own weights where it reads every layer.
    """
    gradients = _zeros(network)
    filtered = {name: np.zeros((batch.mask.shape[1], *gradients[name].shape)) for name in _hidden(network)}
    for t, step in enumerate(_simulate(network, _current(batch))):
        error = _error(loss, step.readout, batch, t)
        for name in step.presynaptic:
            filtered[name] *= network.dynamics.kappa
            filtered[name] += _eligibility(step, name)
            signal = error @ feedback[f"B{name[1:]}"]
            gradients[name] += np.einsum("bj,bji->ji", signal, filtered[name])
        for name, trace in step.readout_traces.items():
            gradients[name] += error.T @ trace
    return _without_self_connections(gradients)


def decolle(network: Network, batch: Batch, loss: Loss, local_loss: Loss) -> dict[str, np.ndarray]:
    """Gradients of DECOLLE by weight name, in the common neuron model (Neftci et al. 2019, eq. 14).

    Hidden layer l reads out Y_l[t] = B_l s_l[t] by its fixed random matrix, without leak, and learns by
    dW_ji = sum_t [sum_k B_kj dL_l/dY_k[t]] e_ji[t]; the output layer learns from its own loss
    and the readout's trace.
    """
    gradients = _zeros(network)
    for t, step in enumerate(_simulate(network, _current(batch))):
        for name, eU in step.presynaptic.items():
            layer = int(name[1:])
            B = network.feedback[f"B{layer}"]
            signal = _of_own_readout(local_loss, step.spikes[layer], B, batch, t) * step.h[layer]
            gradients[name] += signal.T @ eU
            if name in step.adaptation:
                gradients[name] -= np.einsum("bj,bji->ji", signal, step.adaptation[name])
        for name, trace in step.readout_traces.items():
            gradients[name] += _error(loss, step.readout, batch, t).T @ trace
    return _without_self_connections(gradients)


def instantaneous(
    network: Network, batch: Batch, rule: Rule, loss: Loss, local_loss: Loss | None
) -> dict[str, np.ndarray]:
    """Gradients by weight name of a rule whose layers get the error of the same step alone.

    At each step the error travels down the layers as the rule declares it (``learning.rule``), and meets in each layer
    what its synapses remember: the derivatives of its spikes by its weights, carried forward in time through what the
    rule keeps of the layer's own past (OSTL: Bohnstingl et al. 2022, eq. 12-13), a trace of the rule's own, or nothing.
    Raises ValueError for a rule with windows of more than one step.
    """
    if rule.truncation and rule.truncation > 1:
        raise ValueError(f"{rule.label} goes back in windows, which has no online form here")
    gradients, forgets, kind = _zeros(network), rule.truncation == 1, _kind_of_memory(network, rule)
    memories = {layer: kind(network, rule, layer, batch.mask.shape[1]) for layer in network.hidden}
    for t, step in enumerate(_simulate(network, _current(batch))):
        error = _error(loss, step.readout, batch, t)
        for layer, delivered in _delivered_at_once(network, rule, step, error, local_loss, batch, t):
            _add(gradients, memories[layer](step, delivered))
        for layer, name in readouts(network.weights).items():
            gradients[name] += error.T @ (step.spikes[layer] if forgets else step.readout_traces[name])
    return _without_self_connections(gradients)


def _add(total: dict[str, np.ndarray], more: dict[str, np.ndarray]) -> None:
    """A function, so that ``more`` is not kept from step to step."""
    for name, array in more.items():
        total[name] += array


def _delivered_at_once(
    network: Network, rule: Rule, step: _Step, error: np.ndarray, local_loss: Loss | None, batch: Batch, t: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Hidden layers from the last one down, and the error that this step delivers to each, (samples, N_l)."""
    counted, weights = (batch.mask[t] / batch.mask.sum())[:, None], network.weights
    above, W, product = error, weights["W_out"], weights["W_out"]
    for layer in reversed(network.hidden):
        B = network.feedback.get(f"B{layer}")
        if rule.source is ErrorSource.TARGET:
            assert B is not None
            delivered = -counted * B[batch.targets[t]]
        elif rule.source is ErrorSource.LOCAL:
            delivered = _of_own_readout(local_loss, step.spikes[layer], B, batch, t)
        else:
            own = {FeedbackWeights.PRODUCT: product, FeedbackWeights.TRANSPOSE: W}.get(rule.weights, B)
            if rule.source is ErrorSource.READOUT and rule.weights is FeedbackWeights.TRANSPOSE:
                own = weights[readouts(weights)[layer]]
            delivered = (above if rule.source is ErrorSource.ABOVE else error) @ own
            if rule.source is ErrorSource.ABOVE and f"O{layer}" in weights:
                delivered = delivered + error @ weights[f"O{layer}"]
        if rule.local_losses:
            delivered = delivered + _of_own_readout(local_loss, step.spikes[layer], B, batch, t)
        yield layer, delivered
        above, W = step.h[layer] * delivered, weights[f"W{layer}"]
        if layer > 1:
            product = product @ W


# Told a step and the error delivered at it, (samples, N_l), a layer's memory says the step's part of its gradients.
_Memory = Callable[[_Step, np.ndarray], dict[str, np.ndarray]]


def _kind_of_memory(network: Network, rule: Rule) -> Callable[[Network, Rule, int, int], _Memory]:
    """What a rule's synapses remember."""
    if rule.truncation == 1:
        return _no_memory
    if rule.trace is not None:
        return _two_sided_memory if isinstance(rule.trace, TwoSided) else _smoothed_memory
    if rule.through_recurrence:
        return _layer_memory
    return _synapse_memory if rule.through_reset or require_leaky(network.dynamics).b else _source_memory


def _own(by_name: Mapping[str, np.ndarray], layer: int) -> dict[str, np.ndarray]:
    """What belongs to the weights onto a layer."""
    return {name: array for name, array in by_name.items() if int(name[1:]) == layer}


def _no_memory(network: Network, rule: Rule, layer: int, samples: int) -> _Memory:
    def told(step: _Step, delivered: np.ndarray) -> dict[str, np.ndarray]:
        return {name: (step.h[layer] * delivered).T @ x for name, x in _own(step.sources, layer).items()}

    return told


def _source_memory(network: Network, rule: Rule, layer: int, samples: int) -> _Memory:
    """What a potential remembers of a source is the same in all neurons: eU of the module's equations."""

    def told(step: _Step, delivered: np.ndarray) -> dict[str, np.ndarray]:
        return {name: (step.h[layer] * delivered).T @ eU for name, eU in _own(step.presynaptic, layer).items()}

    return told


def _synapse_memory(network: Network, rule: Rule, layer: int, samples: int) -> _Memory:
    """Through the reset and the adaptation, what a neuron did makes its synapses remember otherwise than others'."""
    alpha, beta, _, theta, rho, b = require_leaky(network.dynamics)
    own = _own_weights(network, layer)
    eI = {name: np.zeros((samples, array.shape[1])) for name, array in own.items()}
    eU, e = ({name: np.zeros((samples, *array.shape)) for name, array in own.items()} for _ in range(2))
    ea = {name: np.zeros((samples, *array.shape)) for name, array in own.items() if b}

    def told(step: _Step, delivered: np.ndarray) -> dict[str, np.ndarray]:
        for name, source in _own(step.sources, layer).items():
            eI[name] = alpha * eI[name] + source
            eU[name] = beta * eU[name] + eI[name][:, None] - (theta * e[name] if rule.through_reset else 0)
            if b:
                ea[name] = rho * ea[name] + e[name]
            e[name] = step.h[layer][:, :, None] * (eU[name] - b * ea[name] if b else eU[name])
        return {name: np.einsum("bj,bji->ji", delivered, of_synapses) for name, of_synapses in e.items()}

    return told


def _layer_memory(network: Network, rule: Rule, layer: int, samples: int) -> _Memory:
    """Derivatives of a layer's states by its own weights, (samples, N_l, weights), as in ``rtrl``."""
    alpha, beta, _, theta, rho, b = require_leaky(network.dynamics)
    units = len(network.weights[f"W{layer}"])
    random = rule.through_recurrence is FeedbackWeights.RANDOM  # chosen only for rules with credit through recurrence
    V = network.feedback.get(f"R{layer}") if random else network.weights.get(f"V{layer}")
    P = {name: [np.zeros((samples, units, array.size))] * 4 for name, array in _own_weights(network, layer).items()}

    def told(step: _Step, delivered: np.ndarray) -> dict[str, np.ndarray]:
        for name, source in _own(step.sources, layer).items():
            I, U, a, s = P[name]
            I = alpha * I + _by_own_weights(source, units)
            if V is not None:
                I = I + np.einsum("ij,bjp->bip", V, s)
            U = beta * U + I - (theta * s if rule.through_reset else 0)
            a = rho * a + s
            P[name] = [I, U, a, step.h[layer][:, :, None] * (U - b * a)]
        return {name: np.einsum("bj,bjp->p", delivered, s).reshape(units, -1) for name, (*_, s) in P.items()}

    return told


def _two_sided_memory(network: Network, rule: Rule, layer: int, samples: int) -> _Memory:
    """See ``learning.rule.TwoSided``."""
    trace = rule.trace
    assert isinstance(trace, TwoSided)
    q = {name: np.zeros((samples, array.shape[1])) for name, array in _own_weights(network, layer).items()}
    p = np.zeros((samples, len(network.weights[f"W{layer}"])))

    def told(step: _Step, delivered: np.ndarray) -> dict[str, np.ndarray]:
        nonlocal p
        before, p, found = p, trace.postsynaptic * p + step.h[layer], {}
        for name, x in _own(step.sources, layer).items():
            q[name] = trace.presynaptic * q[name] + x
            found[name] = (delivered * step.h[layer]).T @ q[name] + trace.noncausal * (delivered * before).T @ x
        return found

    return told


def _smoothed_memory(network: Network, rule: Rule, layer: int, samples: int) -> _Memory:
    """See ``learning.rule.Smoothed``."""
    alpha, beta, _, theta, *_ = require_leaky(network.dynamics)
    assert isinstance(rule.trace, Smoothed)
    decay, reset = rule.trace.decay, theta if rule.through_reset else 0
    q = {name: np.zeros((samples, array.shape[1])) for name, array in _own_weights(network, layer).items()}
    f = np.zeros((samples, len(network.weights[f"W{layer}"]), 2))
    h: np.ndarray | float = 0.0

    def told(step: _Step, delivered: np.ndarray) -> dict[str, np.ndarray]:
        nonlocal f, h
        D = np.zeros((*f.shape, 2))
        D[..., 0, 0], D[..., 1, 0], D[..., 1, 1] = alpha, alpha, beta - reset * h
        f = decay * np.einsum("bnij,bnj->bni", D, f) + (1 - decay)
        h = np.array(step.h[layer])
        for name, x in _own(step.sources, layer).items():
            q[name] = decay * q[name] + x
        return {name: (delivered * h * f[..., 1]).T @ trace for name, trace in q.items()}

    return told


def _own_weights(network: Network, layer: int) -> dict[str, np.ndarray]:
    return {name: network.weights[name] for name in (f"W{layer}", f"V{layer}") if name in network.weights}


def bptt(network: Network, batch: Batch, loss: Loss) -> dict[str, np.ndarray]:
    """Gradients of BPTT by weight name: what the online forms are measured beside, since it must keep every step.

    Backward in time by ``engines.interface``'s equations, for neurons whose thresholds do not adapt.
    """
    alpha, beta, kappa, theta, *_ = require_leaky(network.dynamics)
    weights = {name: np.asarray(array, np.float64) for name, array in network.weights.items()}
    kept = [
        step._replace(h=dict(step.h), spikes={layer: np.array(s) for layer, s in step.spikes.items()})
        for step in _simulate(network, _current(batch))
    ]
    gradients, layers, read_by = _zeros(network), list(network.hidden), readouts(weights)
    lambda_y = np.zeros_like(kept[-1].readout)
    lambda_I, lambda_U = ({layer: np.zeros_like(kept[-1].h[layer]) for layer in layers} for _ in range(2))
    for t in range(len(kept) - 1, -1, -1):
        step = kept[t]
        lambda_y = kappa * lambda_y + _error(loss, step.readout, batch, t)
        delivered: np.ndarray | float = 0
        for layer in reversed(layers):
            G = delivered - theta * lambda_U[layer]
            if layer in read_by:
                gradients[read_by[layer]] += lambda_y.T @ step.spikes[layer]
                G += lambda_y @ weights[read_by[layer]]
            if f"V{layer}" in weights:
                G += lambda_I[layer] @ weights[f"V{layer}"]
            lambda_U[layer] = beta * lambda_U[layer] + step.h[layer] * G
            lambda_I[layer] = alpha * lambda_I[layer] + lambda_U[layer]
            below = step.spikes[layer - 1] if layer > 1 else np.asarray(_current(batch)[t], np.float64)
            gradients[f"W{layer}"] += lambda_I[layer].T @ below
            if f"V{layer}" in weights and t > 0:
                gradients[f"V{layer}"] += lambda_I[layer].T @ kept[t - 1].spikes[layer]
            delivered = lambda_I[layer] @ weights[f"W{layer}"]
    return _without_self_connections(gradients)


def rtrl(network: Network, batch: Batch, loss: Loss) -> dict[str, np.ndarray]:
    """Gradients of real-time recurrent learning by weight name: exact, so those of BPTT (Neftci et al. 2019, eq. 8).

    Forward in time every state carries its derivative by every weight, P[t] = d state[t] / d weight, of which the
    number grows with the third power of a layer's units: for small networks.
    """
    alpha, beta, kappa, theta, rho, b = require_leaky(network.dynamics)
    weights = {name: np.asarray(array, np.float64) for name, array in network.weights.items()}
    samples, layers = batch.mask.shape[1], list(network.hidden)
    units = {layer: len(weights[f"W{layer}"]) for layer in layers}
    gradients = _zeros(network)

    def rest(name: str, size: int) -> np.ndarray:
        return np.zeros((samples, size, weights[name].size))

    PI, PU, Pa, Ps = (
        {(layer, name): rest(name, units[layer]) for layer in layers for name in weights} for _ in range(4)
    )
    Py = {name: rest(name, len(weights["W_out"])) for name in weights}
    before = {layer: np.zeros((samples, units[layer])) for layer in layers}
    read_by = readouts(weights)
    for t, step in enumerate(_simulate(network, _current(batch))):
        below = np.asarray(_current(batch)[t], np.float64)
        for layer in layers:
            W, V = weights[f"W{layer}"], weights.get(f"V{layer}")
            for name in weights:
                key, lower = (layer, name), (layer - 1, name)
                P = alpha * PI[key]
                if layer > 1:
                    P += np.einsum("ij,bjp->bip", W, Ps[lower])
                if V is not None:
                    P += np.einsum("ij,bjp->bip", V, Ps[key])
                if name in (f"W{layer}", f"V{layer}"):
                    P += _by_own_weights(below if name[0] == "W" else before[layer], units[layer])
                PI[key] = P
                PU[key] = beta * PU[key] + P - theta * Ps[key]
                Pa[key] = rho * Pa[key] + Ps[key]
            for name in weights:
                Ps[layer, name] = step.h[layer][:, :, None] * (PU[layer, name] - b * Pa[layer, name])
            below, before[layer] = step.spikes[layer], np.array(step.spikes[layer])
        error = _error(loss, step.readout, batch, t)
        for name, P in Py.items():
            P *= kappa
            for layer, reading in read_by.items():
                P += np.einsum("kj,bjp->bkp", weights[reading], Ps[layer, name])
                if name == reading:
                    P += _by_own_weights(step.spikes[layer], len(weights[name]))
            gradients[name] += np.einsum("bk,bkp->p", error, P).reshape(weights[name].shape)
    return _without_self_connections(gradients)


def _by_own_weights(sources: np.ndarray, units: int) -> np.ndarray:
    """Derivative of sum_i w_ji x_i by each w_ki, (samples, units, units * sources), ``sources`` being x."""
    samples, count = sources.shape
    derivative = np.zeros((samples, units, units, count))
    derivative[:, np.arange(units), np.arange(units)] = sources[:, None]
    return derivative.reshape(samples, units, units * count)


def _eligibility(step: _Step, name: str) -> np.ndarray:
    """e_ji[t] of the synapses of one hidden weight, (samples, N_l, sources)."""
    return _felt(step.h[int(name[1:])], step.presynaptic[name], step.adaptation.get(name))


def _felt(h: _Floats, eU: _Floats, adaptation: _Floats | None) -> _Floats:
    """h (eU - b ea) of all pairs of a neuron and a source, (samples, N_l, sources)."""
    return h[:, :, None] * (eU[:, None, :] if adaptation is None else eU[:, None, :] - adaptation)


def _hidden(network: Network) -> list[str]:
    """Names of the weights onto hidden neurons."""
    return [name for name in network.weights if name not in readouts(network.weights).values()]


def _current(batch: Batch) -> np.ndarray:
    """A batch's inputs, which the literal forms take as a dense current only."""
    assert isinstance(batch.inputs, np.ndarray)
    return batch.inputs


def _simulate(network: Network, inputs: np.ndarray) -> Iterator[_Step]:
    """One step of network and traces after the other; ``inputs``: (steps, samples, inputs)."""
    alpha, beta, kappa, theta, rho, b = require_leaky(network.dynamics)
    emit, derivative = (as_function(formula, NUMPY) for formula in (network.spike.emit, network.spike.derivative))
    weights = {name: np.asarray(array, np.float64) for name, array in network.weights.items()}
    samples = inputs.shape[1]
    I, U, a, s = ({layer: np.zeros((samples, len(weights[f"W{layer}"]))) for layer in network.hidden} for _ in range(4))
    eI, eU = ({name: np.zeros((samples, weights[name].shape[1])) for name in _hidden(network)} for _ in range(2))
    ea = {name: np.zeros((samples, *weights[name].shape)) for name in _hidden(network) if b}
    h: dict[int, np.ndarray] = {}
    y = np.zeros((samples, len(weights["W_out"])))
    read_by = readouts(weights)
    readout_traces = {name: np.zeros((samples, weights[name].shape[1])) for name in read_by.values()}
    for x in inputs:
        below, given = np.asarray(x, np.float64), dict[str, np.ndarray]()
        for layer in network.hidden:
            sources = {f"W{layer}": below}
            if f"V{layer}" in weights:
                sources[f"V{layer}"] = s[layer]  # of the step before
            given |= sources
            for name in ea:
                if int(name[1:]) == layer and layer in h:
                    ea[name] = rho * ea[name] + _felt(h[layer], eU[name], b * ea[name])
            I[layer] = alpha * I[layer] + sum(source @ weights[name].T for name, source in sources.items())
            U[layer] = beta * U[layer] + I[layer] - theta * s[layer]
            a[layer] = rho * a[layer] + s[layer]
            distance = U[layer] - theta - b * a[layer]
            s[layer] = emit(distance, network.spike.slope)
            h[layer] = derivative(distance, network.spike.slope)
            for name, source in sources.items():
                eI[name] = alpha * eI[name] + source
                eU[name] = beta * eU[name] + eI[name]
            below = s[layer]
        y = kappa * y
        for layer, name in read_by.items():
            y = y + s[layer] @ weights[name].T
            readout_traces[name] = kappa * readout_traces[name] + s[layer]
        yield _Step(given, h, s, eU, {name: b * trace for name, trace in ea.items()}, y, readout_traces)


def _error(loss: Loss, readout: np.ndarray, batch: Batch, t: int) -> np.ndarray:
    """Derivative of the mean loss by a readout of step t, (samples, classes)."""
    _, derivative = loss(readout[None], batch.targets[t][None])
    error: np.ndarray = derivative[0] * (batch.mask[t] / batch.mask.sum())[:, None]
    return error


def _of_own_readout(loss: Loss | None, spikes: np.ndarray, B: np.ndarray | None, batch: Batch, t: int) -> np.ndarray:
    """Derivative of a layer's own loss, taken on B s, by its spikes of step t, (samples, N_l)."""
    assert loss is not None, "the rule needs a local loss"
    assert B is not None
    derivative: np.ndarray = _error(loss, spikes @ B.T, batch, t) @ B
    return derivative


def _zeros(network: Network) -> dict[str, np.ndarray]:
    return {name: np.zeros(array.shape) for name, array in network.weights.items()}


def _without_self_connections(gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The gradients, in which a neuron's synapse onto itself, which does not exist, learns nothing."""
    for name, gradient in gradients.items():
        if name.startswith("V"):
            np.fill_diagonal(gradient, 0)
    return gradients
