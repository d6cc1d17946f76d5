"""What every engine must do, verb by verb, as plain functions that need no pytest.

``tests/engines/test_conformance.py`` runs them in Triton's interpreter, ``python -m benchmarks cards`` on a card.
Whatever an engine makes of its input, in float64, must be what the reference makes of the same input written out
densely; the reference itself is judged by automatic differentiation (``tests/engines/test_reference.py``).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch

from networks import (
    ADAPTIVE,
    ENGINE,
    NEURONS,
    RULES,
    SURROGATES,
    as_events,
    declared,
    random_batch,
    random_network,
    relative_error,
    rule,
    suited,
)
from snnlocality import registry
from snnlocality.data.inputs import Batch, Driven, at_all
from snnlocality.engines.choice import NAMES
from snnlocality.engines.interface import Engine
from snnlocality.engines.values import Errors, Traces
from snnlocality.learning import adam
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.learning.rule import Rule
from snnlocality.network import Network, Shape
from snnlocality.neurons.spikes import spiking

EXACT = 1e-10


class Case(NamedTuple):
    """A network and what it is given."""

    network: Network
    batch: Batch
    dense: np.ndarray  # the batch's input written out, (steps, samples, inputs) float64
    rule: Rule
    loss: str = "cross_entropy"
    known: tuple[str, ...] = ()  # verbs that other cases check just as well


class Lesson(NamedTuple):
    """A case as an engine and the reference simulate it, and the errors that the reference finds."""

    engine: Engine
    case: Case
    traces: Traces
    expected: Traces
    loss: float
    errors: Errors


def lesson(engine: Engine, case: Case) -> Lesson:
    """Simulate a case."""
    expected, loss = ENGINE.forward(case.network, case.dense), LOSSES[case.loss]
    value, found = errors(case.network, expected, case.batch, case.rule, loss, loss)
    return Lesson(engine, case, engine.forward(case.network, case.batch.inputs), expected, value, found)


def conform(engine: Engine, case: Case) -> None:
    """Check every verb on a case; raises AssertionError if one does anything else than the reference."""
    judged = lesson(engine, case)
    for verb, check in CHECKS.items():
        if verb not in case.known:
            check(judged)


def verbs(*interfaces: type) -> set[str]:
    """The public names of classes."""
    return {name for interface in interfaces for name in vars(interface) if not name.startswith("_")}


def name(judged: Lesson) -> None:
    """It is the one a person chooses the engine by."""
    assert judged.engine.name in NAMES


def forward(judged: Lesson) -> None:
    """The same bits again, and what was handed out before stays as it was."""
    engine, case = judged.engine, judged.case
    before = judged.traces.readout.copy()
    engine.forward(case.network, np.ones((2, 1, case.dense.shape[2])))
    again = engine.forward(case.network, case.batch.inputs)
    assert again.readout.tobytes() == before.tobytes() == judged.traces.readout.tobytes()


def readout(judged: Lesson) -> None:
    """As the reference's."""
    _close(judged.traces.readout, judged.expected.readout)


def spikes(judged: Lesson) -> None:
    """Exactly the reference's."""
    for got, expected in zip(judged.traces.spikes, judged.expected.spikes, strict=True):
        np.testing.assert_array_equal(got, expected)


def potentials(judged: Lesson) -> None:
    """As the reference's."""
    for got, expected in zip(judged.traces.potentials, judged.expected.potentials, strict=True):
        _close(got, expected)


def project(judged: Lesson) -> None:
    """A matrix times the reference's spikes, at every step."""
    for layer, of_layer in enumerate(judged.expected.spikes, start=1):
        matrix = np.random.default_rng(layer).standard_normal((2, of_layer.shape[2]))
        _close(judged.traces.project(layer, matrix), of_layer @ matrix.T)


def spike_counts(judged: Lesson) -> None:
    """The reference's spikes where the mask is 1."""
    mask = judged.case.batch.mask
    for counts, of_layer in zip(judged.traces.spike_counts(mask), judged.expected.spikes, strict=True):
        np.testing.assert_array_equal(counts, (of_layer * mask[..., None]).sum(axis=(0, 1)))


def backward(judged: Lesson) -> None:
    """The reference's gradients."""
    expected = ENGINE.backward(judged.expected, judged.errors, judged.case.rule)
    assert relative_error(judged.engine.backward(judged.traces, judged.errors, judged.case.rule), expected) < EXACT


def input_adjoint(judged: Lesson) -> None:
    """The reference's."""
    expected = ENGINE.input_adjoint(judged.expected, judged.errors, judged.case.rule)
    got = judged.engine.input_adjoint(judged.traces, judged.errors, judged.case.rule)
    np.testing.assert_allclose(got, expected, rtol=EXACT, atol=EXACT * max(np.abs(expected).max(), 1e-100))


def drive(judged: Lesson) -> None:
    """W_1 x[t], from which the network answers, with a direction of any size, as from the input changed so."""
    engine, case = judged.engine, judged.case
    W, random = case.network.weights["W1"], np.random.default_rng(3)
    driven = engine.drive(case.network, case.batch.inputs)
    _close(driven, case.dense @ W.T)
    each, all_steps = random.normal(0, 0.3, case.dense.shape), random.normal(0, 0.3, case.dense.shape[1:])
    for moved in (each, at_all(len(each), all_steps)):
        direction = moved @ W.T if moved is each else at_all(len(each), all_steps @ W.T)
        expected = ENGINE.forward(case.network, case.dense + 0.5 * moved)
        got = engine.forward(case.network, Driven(driven, direction, 0.5))
        _close(got.readout, expected.readout)
        adjoint = ENGINE.input_adjoint(expected, judged.errors, case.rule)
        error = np.abs(engine.input_adjoint(got, judged.errors, case.rule) - adjoint).max()
        assert error <= EXACT * max(np.abs(adjoint).max(), 1e-100)
        batch = case.batch._replace(inputs=Driven(driven, direction, 0.5))
        assert _refused(lambda traces=got: engine.backward(traces, judged.errors, case.rule))
        assert _refused(
            lambda batch=batch: engine.loss_and_gradients(case.network, batch, case.rule, case.loss, case.loss)
        )


def _refused(act: Callable[[], object]) -> bool:
    """Whether it is said that W_1's gradient needs the input itself."""
    try:
        act()
    except ValueError as error:
        return "the input itself" in str(error)
    return False


def constant_input_adjoint(judged: Lesson) -> None:
    """The sum of the reference's input adjoints."""
    expected = ENGINE.input_adjoint(judged.expected, judged.errors, judged.case.rule).sum(axis=0)
    got = judged.engine.constant_input_adjoint(judged.traces, judged.errors, judged.case.rule)
    np.testing.assert_allclose(got, expected, rtol=EXACT, atol=EXACT * max(np.abs(expected).max(), 1e-100))


def loss_and_gradients(judged: Lesson) -> None:
    """The loss of the reference's readout, its gradients, and its readout."""
    case = judged.case
    got = judged.engine.loss_and_gradients(case.network, case.batch, case.rule, case.loss, case.loss)
    assert abs(got.loss - judged.loss) <= EXACT * abs(judged.loss)
    assert relative_error(got.gradients, ENGINE.backward(judged.expected, judged.errors, case.rule)) < EXACT
    _close(got.readout, judged.expected.readout)


def place(judged: Lesson) -> None:
    """Equal copies, which the engine reads as it reads the originals."""
    network = judged.case.network
    placed = judged.engine.place(network.weights)
    assert placed.keys() == network.weights.keys()
    for key, array in network.weights.items():
        np.testing.assert_array_equal(placed[key], array)
        assert not np.shares_memory(placed[key], array)
    moved = Network(network.dynamics, network.spike, placed, network.feedback)
    _close(judged.engine.forward(moved, judged.case.batch.inputs).readout, judged.expected.readout)


def adam_step(judged: Lesson) -> None:
    """PyTorch's Adam, on weights as the engine places them."""
    random, start = np.random.default_rng(0), judged.case.network.weights
    tensors = {key: torch.from_numpy(array.copy()).requires_grad_() for key, array in start.items()}
    optimiser = torch.optim.Adam(tensors.values(), lr=0.01)
    weights = judged.engine.place(start)
    ours = adam.Adam(weights, judged.engine.adam)
    for _ in range(5):
        gradients = {key: random.standard_normal(array.shape) for key, array in start.items()}
        for key, tensor in tensors.items():
            tensor.grad = torch.from_numpy(gradients[key])
        optimiser.step()
        ours.step(judged.engine.place(gradients), 0.01)
    for key, tensor in tensors.items():
        np.testing.assert_allclose(weights[key], tensor.detach().numpy(), rtol=EXACT, atol=1e-15)


_TRACES = (readout, spikes, potentials, project, spike_counts)
_LEARNING = (drive, backward, input_adjoint, constant_input_adjoint, loss_and_gradients)
CHECKS: dict[str, Callable[[Lesson], None]] = {
    check.__name__: check for check in (name, forward, *_TRACES, *_LEARNING, place)
} | {"adam": adam_step}


def cases() -> Iterator[tuple[str, Case]]:
    """Every rule and surrogate, every form of input, and what lies at the edges; each with a name."""
    losses = list(LOSSES)
    for number, chosen in enumerate(registry.names(RULES)):
        for recurrent, form in ((False, dense), (True, dense), (False, events), (True, events)):
            architecture = "rec" if recurrent else "ff"
            shape = Shape(6, (5, 4), 3, recurrent)
            case = form(random_network(shape), random_batch(shape, steps=4, samples=2), chosen)
            case = case._replace(loss=losses[number % len(losses)], known=("forward", "place", "adam"))
            yield f"{chosen}, {architecture}, {form.__name__}", case
    for surrogate in registry.names(SURROGATES):
        shape = Shape(6, (5,), 3, True)
        network = random_network(shape, spike=spiking(surrogate, 0.8), dynamics=ADAPTIVE)
        yield f"{surrogate}, adaptive", dense(network, random_batch(shape, steps=6), "bptt")
    for number, kind in enumerate(registry.names(NEURONS)):
        for recurrent, form in ((False, events), (True, dense)):
            shape, learnt = Shape(6, (5, 4), 3, recurrent), ("bptt", "bptt_truncated", "decolle", "ostl")[number % 4]
            network = random_network(shape, dynamics=declared(kind), gain=2.0)
            yield f"{kind}, {form.__name__}", form(network, random_batch(shape, steps=11), learnt)
    for recurrent in (False, True):
        shape = Shape(6, (5, 4), 3, recurrent)
        for activity, gain in (("silent", 1e-6), ("saturated", 1e6)):
            network = random_network(shape, gain=gain)
            for array in network.weights.values():
                np.abs(array, out=array)
            batch = random_batch(shape, steps=4, inputs=np.ones((4, 3, 6)))
            yield f"{activity}, {'rec' if recurrent else 'ff'}", dense(network, batch, "bptt")
    shape = Shape(5, (4,), 2, True)
    yield "no events", events(random_network(shape), random_batch(shape, steps=4, inputs=np.zeros((4, 3, 5))), "bptt")
    shape = Shape(5, (4,), 2, True)
    yield "one step of one sample", events(random_network(shape), random_batch(shape, steps=1, samples=1), "eprop")
    # Units in several tiles, samples in several programs, more events in a step than are loaded at once.
    shape, counts = Shape(20, (131, 70), 3, True), np.random.default_rng(0).poisson(2.5, (2, 3, 20))
    batch = random_batch(shape, steps=2, inputs=counts.astype(np.float64))
    yield "wide", events(random_network(shape), batch, "bptt")._replace(known=("place",))


def dense(network: Network, batch: Batch, chosen: str) -> Case:
    """Input as a dense current."""
    return Case(suited(network, rule(chosen)), batch, batch.inputs, rule(chosen))


def events(network: Network, batch: Batch, chosen: str) -> Case:
    """Input as some recordings of a packed set, in another order, one of them twice."""
    samples = batch.inputs.shape[1]
    packed = as_events(np.concatenate([np.ones_like(batch.inputs), batch.inputs], axis=1))
    index = np.concatenate([np.arange(samples, 2 * samples)[::-1], [samples]])
    picked = index - samples
    inputs, targets, mask = (array[:, picked] for array in (batch.inputs, batch.targets, batch.mask))
    listed = Batch(packed._replace(index=index), targets, mask, batch.steps_per_decision)
    return Case(suited(network, rule(chosen)), listed, inputs, rule(chosen))


def _close(got: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(got, expected, rtol=EXACT, atol=EXACT)
