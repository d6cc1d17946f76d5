import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import conformance
from networks import (
    ENGINE,
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
from snnlocality.data.inputs import Driven
from snnlocality.engines.cpu import compiler, kernels
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.cpu.layout import CHUNK
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.learning import adam
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.network import Network, Shape
from snnlocality.neurons.spikes import SpikeFunction, spiking
from strategies import cases

EXACT = 1e-10
CPU = CpuEngine(np.float64)
ALL_RULES = registry.names(RULES)
FORMS = [conformance.dense, conformance.events]


def outcome(engine, network, batch, name, loss="cross_entropy"):
    """Everything an engine says about a batch: (traces, gradients, input adjoint)."""
    chosen = rule(name)
    network = suited(network, chosen)
    traces = engine.forward(network, batch.inputs)
    _, batch_errors = errors(network, traces, batch, chosen, LOSSES[loss], LOSSES["cross_entropy"])
    return traces, engine.backward(traces, batch_errors, chosen), engine.input_adjoint(traces, batch_errors, chosen)


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(ALL_RULES), st.sampled_from(FORMS), st.integers(1, 2 * CHUNK + 1))
def test_it_agrees_with_the_reference_at_any_size_and_activity(case, name, form, samples):
    network, batch = case
    shape = Shape(network.weights["W1"].shape[1], (), len(network.weights["W_out"]), False)
    batch = random_batch(shape, len(batch.targets), samples, seed=samples)
    conformance.conform(CPU, form(network, batch, name))


@pytest.mark.parametrize("recurrent", [False, True], ids=["ff", "rec"])
@pytest.mark.parametrize("surrogate", registry.names(SURROGATES))
def test_it_knows_every_surrogate(surrogate, recurrent):
    shape = Shape(40, (150, 20), 5, recurrent)  # wider than one pass over a list, and not a multiple of a vector
    network = random_network(shape, spike=spiking(surrogate, 1.5))
    batch = random_batch(shape, samples=CHUNK + 3)
    for name in ALL_RULES:
        conformance.conform(CPU, conformance.events(network, batch, name))


@pytest.mark.parametrize("event_driven", [False, True], ids=["dense", "events"])
@pytest.mark.parametrize("name", ALL_RULES)
def test_gradients_may_be_collected_in_any_blocks_of_steps(name, event_driven, monkeypatch):
    """Sums run in the same order, so not a bit changes."""
    shape = Shape(20, (17, 9), 5, True)
    network, batch = random_network(shape), random_batch(shape, steps=23, samples=CHUNK + 3)
    if event_driven:
        batch = batch._replace(inputs=as_events(batch.inputs))
    whole = outcome(CPU, network, batch, name)[1]
    monkeypatch.setattr("snnlocality.engines.cpu.engine._CACHED", 5 * CHUNK * 24 * 8)  # five steps of layer 1
    for key, gradient in outcome(CPU, network, batch, name)[1].items():
        np.testing.assert_array_equal(gradient, whole[key])


def bits(engine, network, batch, name):
    network = suited(network, rule(name))
    traces, gradients, of_input = outcome(engine, network, batch, name)
    learned = engine.loss_and_gradients(network, batch, rule(name), "cross_entropy", "smooth_l1")
    weights = engine.place(network.weights)
    adam.Adam(weights, engine.adam).step(learned.gradients, 0.01)
    of_weights = [group[key] for group in (gradients, learned.gradients, weights) for key in sorted(gradients)]
    return [traces.readout, of_input, *traces.potentials, np.array(learned.loss), *of_weights]


@pytest.mark.parametrize("name", ALL_RULES)
def test_the_number_of_threads_does_not_change_a_bit(name):
    shape = Shape(50, (40, 20), 5, True)
    network, batch = random_network(shape), random_batch(shape, steps=20, samples=5 * CHUNK + 3)
    batch = batch._replace(inputs=as_events(batch.inputs))
    one = bits(CpuEngine(np.float32, threads=1), network, batch, name)
    for threads in (2, 3, 5):
        many = bits(CpuEngine(np.float32, threads=threads), network, batch, name)
        assert all(np.array_equal(a, b) for a, b in zip(one, many, strict=True))


def test_a_wide_dense_input_meets_the_weights_in_blocks_without_changing_a_bit():
    """Few steps, and workers who share a part, have too few rows for copies of the factors."""
    shape = Shape(1100, (250, 20), 5, False)
    network, batch = random_network(shape), random_batch(shape, steps=140, samples=5 * CHUNK + 3)
    few = random_batch(shape, steps=140, samples=CHUNK)
    conformance.conform(CPU, conformance.dense(network, few, "bptt"))
    one, two, five = (bits(CpuEngine(np.float32, threads=threads), network, batch, "bptt") for threads in (1, 2, 5))
    assert all(np.array_equal(a, b) and np.array_equal(a, c) for a, b, c in zip(one, two, five, strict=True))
    whole, begin = (CPU.forward(network, inputs).potentials for inputs in (batch.inputs, batch.inputs[:3]))
    assert all(np.array_equal(a[:3], b) for a, b in zip(whole, begin, strict=True))


def test_nor_does_it_where_states_are_kept():
    shape = Shape(50, (40, 20), 5, True)
    network = random_network(shape, dynamics=declared("balanced_resonate_and_fire"), gain=3.0)
    batch = random_batch(shape, steps=20, samples=5 * CHUNK + 3)
    batch = batch._replace(inputs=as_events(batch.inputs))
    one, many = (bits(CpuEngine(np.float32, threads=threads), network, batch, "bptt") for threads in (1, 3))
    assert all(np.array_equal(a, b) for a, b in zip(one, many, strict=True))


@pytest.mark.skipif("avx512f" not in compiler.processor(), reason="this processor has no wider vectors to compare with")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ALL_RULES)
def test_the_width_of_the_vectors_does_not_change_a_bit(name, dtype, monkeypatch):
    shape = Shape(50, (40, 20), 5, True)
    batch = random_batch(shape, steps=20, samples=CHUNK + 3)
    network = random_network(shape)
    native = bits(CpuEngine(dtype), network, batch, name)
    flags = tuple("-mcpu=x86_64_v3" if flag == "-mcpu=native" else flag for flag in compiler.FLAGS)
    monkeypatch.setattr(compiler, "FLAGS", flags)
    monkeypatch.setattr("snnlocality.engines.cpu.engine.kernels", kernels.kernels.__wrapped__)
    narrow = bits(CpuEngine(dtype), network, batch, name)
    assert all(np.array_equal(a, b) for a, b in zip(native, narrow, strict=True))


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(ALL_RULES))
def test_in_single_precision_it_agrees_to_rounding_where_no_neuron_is_at_its_threshold(case, name):
    network, batch = case
    network = suited(network, rule(name))
    theta = network.dynamics.theta
    truth_traces, truth, _ = outcome(ENGINE, network, batch, name)
    # Potentials of thousands have roundings of their size.
    assume(all(np.abs(U - theta).min() >= max(1e-4, 1e-5 * np.abs(U).max()) for U in truth_traces.potentials))
    # A window's edge (boxcar, relu_type) is a threshold too: what lies within rounding of it may differ.
    assume(network.spike.derivative not in [spiking(edge, 1).derivative for edge in ("boxcar", "relu_type")])
    got_traces, got, _ = outcome(CpuEngine(), network, batch, name)
    _, gradients, _ = outcome(ReferenceEngine(), network, batch, name)
    learned = CpuEngine().loss_and_gradients(network, batch, rule(name), "cross_entropy", "cross_entropy")
    assert got_traces.readout.dtype == np.float32
    assert all(np.array_equal(a, b) for a, b in zip(got_traces.spikes, truth_traces.spikes, strict=True))
    for key, exact in truth.items():
        # Where large terms cancel their rounding remains, in either engine: hence the reference's own error. Below
        # 1e-30 a surrogate's tail has left the range of single precision.
        allowed = 10 * np.abs(gradients[key] - exact).max() + 1e-5 * np.abs(exact).max() + 1e-30
        np.testing.assert_allclose(got[key], exact, rtol=0, atol=allowed)
        np.testing.assert_allclose(learned.gradients[key], exact, rtol=0, atol=allowed)


def test_traces_stay_valid_while_other_batches_are_simulated():
    shape = Shape(6, (5, 4), 3, True)
    network, first, second = random_network(shape), random_batch(shape), random_batch(shape, seed=1)
    traces, expected, _ = outcome(CPU, network, first, "bptt")
    for _ in range(3):
        outcome(CPU, network, second, "decolle")
    _, first_errors = errors(network, traces, first, rule("bptt"), LOSSES["cross_entropy"], None)
    again = CPU.backward(traces, first_errors, rule("bptt"))
    assert all(np.array_equal(again[key], expected[key]) for key in expected)
    np.testing.assert_array_equal(traces.spikes[0], ENGINE.forward(network, first.inputs).spikes[0])


def test_placed_weights_are_the_same_weights_and_can_be_trained():
    shape = Shape(6, (5, 4), 3, True)
    network, batch = random_network(shape), random_batch(shape)
    placed = Network(network.dynamics, network.spike, CPU.place(network.weights), network.feedback)
    for name, array in network.weights.items():
        np.testing.assert_array_equal(placed.weights[name], array)
        assert placed.weights[name] is not array
    assert relative_error(outcome(CPU, placed, batch, "bptt")[1], outcome(ENGINE, network, batch, "bptt")[1]) < EXACT
    placed.weights["W1"][...] *= 2
    network.weights["W1"][...] *= 2
    assert relative_error(outcome(CPU, placed, batch, "bptt")[1], outcome(ENGINE, network, batch, "bptt")[1]) < EXACT


def test_the_learning_rate_falls_along_half_a_cosine():
    parameter = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([parameter], lr=0.3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=10)
    for done in range(10):
        assert adam.cosine(0.3, done, 10) == pytest.approx(schedule.get_last_lr()[0])
        optimiser.step()
        schedule.step()


@pytest.mark.parametrize("event_driven", [False, True], ids=["dense", "events"])
@pytest.mark.parametrize("classes", [3, 39])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ALL_RULES)
def test_loss_and_gradients_in_one_go_are_the_same(name, loss, classes, event_driven):
    shape = Shape(6, (5, 4), classes, True)
    network, batch = random_network(shape), random_batch(shape, samples=CHUNK + 3)
    if event_driven:
        batch = batch._replace(
            inputs=as_events(batch.inputs),
            targets=np.broadcast_to(batch.targets[0], batch.targets.shape),
        )
    network = suited(network, rule(name))
    expected = ENGINE.loss_and_gradients(network, batch, rule(name), loss, loss)
    for threads in (1, 3):
        got = CpuEngine(np.float64, threads).loss_and_gradients(network, batch, rule(name), loss, loss)
        assert got.loss == pytest.approx(expected.loss, rel=1e-10)
        assert relative_error(got.gradients, expected.gradients) < EXACT
        np.testing.assert_allclose(got.readout, expected.readout, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "cuba_lif") for name in ALL_RULES), ("bptt", "balanced_resonate_and_fire")]
)
def test_batch_after_batch_it_learns_what_a_new_engine_learns(name, kind):
    """Working arrays stay from batch to batch where they can: nothing of an earlier batch may stay with them."""
    shape, random = Shape(6, (5, 4), 3, True), np.random.default_rng(0)
    batch = random_batch(shape, samples=3 * CHUNK)
    packed, targets = as_events(batch.inputs), np.broadcast_to(batch.targets[0], batch.targets.shape)
    batch = batch._replace(targets=targets)
    engine = CpuEngine(np.float64, threads=2)
    start = suited(random_network(shape, dynamics=declared(kind), gain=2.0), rule(name))
    network = Network(start.dynamics, start.spike, engine.place(start.weights), start.feedback)
    steps = adam.Adam(network.weights, engine.adam)
    earlier = []
    for count in (CHUNK + 3, CHUNK + 3, CHUNK + 3, 5, 5, 3 * CHUNK, CHUNK + 3):
        chosen = random.permutation(3 * CHUNK)[:count]
        inputs = packed._replace(index=packed.index[chosen])
        if count == 5:  # an attack in between
            drive = engine.drive(network, inputs)
            engine.forward(network, Driven(drive, random.normal(0, 0.3, drive.shape), 1))
        part = batch._replace(inputs=inputs, targets=targets[:, chosen], mask=batch.mask[:, chosen])
        got = engine.loss_and_gradients(network, part, rule(name), "smooth_l1", "cross_entropy")
        expected = CpuEngine(np.float64).loss_and_gradients(network, part, rule(name), "smooth_l1", "cross_entropy")
        earlier.append((got, expected))
        steps.step(got.gradients, 0.01)
        if len(earlier) == 2:  # other arrays under the same names
            network.weights.update(engine.place({key: 0.5 * array for key, array in network.weights.items()}))
            steps = adam.Adam(network.weights, engine.adam)
    for got, expected in earlier:  # what was handed out stays as it was
        assert got.loss == expected.loss
        assert got.readout.tobytes() == expected.readout.tobytes()
        assert all(np.array_equal(got.gradients[key], expected.gradients[key]) for key in expected.gradients)


def test_what_drives_the_first_layer_has_no_gradient_of_weights():
    network, batch = random_network(Shape(6, (5,), 3, False)), random_batch(Shape(6, (5,), 3, False))
    drive = CPU.drive(network, batch.inputs)
    driven = batch._replace(inputs=Driven(drive, np.zeros_like(drive), 1))
    with pytest.raises(ValueError, match="the input itself"):
        CPU.loss_and_gradients(network, driven, rule("bptt"), "cross_entropy", None)


def test_neurons_that_do_not_spike_are_refused():
    network = random_network(Shape(3, (2,), 2, False), spike=SpikeFunction("sigmoid(k * x)", "1", 1.0))
    with pytest.raises(ValueError, match="emit spikes"):
        CPU.forward(network, np.ones((2, 1, 3)))


def test_it_starts_without_pytorch_and_compiles_once(tmp_path):
    script = (
        "import sys, snnlocality.steps.train, snnlocality.steps.evaluate\n"
        "from snnlocality.engines.choice import choose\n"
        "choose('cpu'); print(sorted({'torch', 'pandas', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    made = set()
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)
        assert done.stdout == "[]\n", done.stderr
        made |= {(path, path.stat().st_mtime_ns) for path in (tmp_path / "snnlocality").glob("*.so")}
    assert len(made) == 1


def test_a_batch_that_teaches_nothing_is_refused():
    shape = Shape(6, (5,), 3, False)
    network, batch = random_network(shape), random_batch(shape)
    with pytest.raises(ValueError, match="no step of the batch counts"):
        CPU.loss_and_gradients(network, batch._replace(mask=np.zeros_like(batch.mask)), rule("bptt"), "smooth_l1", None)
    with pytest.raises(ValueError, match="targets must lie between 0 and 2"):
        CPU.loss_and_gradients(network, batch._replace(targets=batch.targets + 3), rule("bptt"), "smooth_l1", None)
    with pytest.raises(ValueError, match="at least one sample and one step"):
        CPU.forward(network, np.zeros((0, 2, 6)))
