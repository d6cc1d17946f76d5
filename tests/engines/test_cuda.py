import ast
import os
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import conformance
from kernels import runnable
from networks import (
    DYNAMICS,
    ENGINE,
    RULES,
    as_events,
    random_batch,
    random_network,
    rule,
)
from snnlocality import registry
from snnlocality.data.inputs import Events
from snnlocality.engines.values import Errors
from snnlocality.errors import UserError
from snnlocality.network import Shape
from snnlocality.neurons.spikes import SpikeFunction, spiking
from strategies import cases

with runnable():
    from snnlocality.engines.cuda import events, graphs, scans
    from snnlocality.engines.cuda.device import Device, find_device
    from snnlocality.engines.cuda.engine import CudaEngine

# The interpreter's NumPy warns where exp(-x) is infinite and 1 / (1 + exp(-x)) therefore 0.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp")
EXACT = 1e-10
FEW = settings(max_examples=25, deadline=None)
ALL_RULES = st.sampled_from(registry.names(RULES))


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    with runnable():
        yield


@pytest.fixture
def engine() -> CudaEngine:
    return CudaEngine(torch.float64)


def run_clean(*arguments: str, **environment: str) -> str:
    """What a Python program prints that does not run kernels in the interpreter."""
    clean = {key: value for key, value in os.environ.items() if key != "TRITON_INTERPRET"} | environment
    result = subprocess.run([sys.executable, *arguments], env=clean, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@FEW
@given(cases(), ALL_RULES, st.sampled_from([conformance.dense, conformance.events]))
def test_networks_of_any_size_and_activity_agree_with_the_reference(case, name, form):
    conformance.conform(CudaEngine(torch.float64), form(*case, name))


def test_a_smooth_output_agrees_with_the_reference():
    shape = Shape(4, (3,), 2, True)
    spike = SpikeFunction("sigmoid(k * x)", "k * sigmoid(k * x) * (1 - sigmoid(k * x))", 3.0)
    network, batch = random_network(shape, spike=spike), random_batch(shape, steps=4)
    expected, got = (engine.forward(network, batch.inputs) for engine in (ENGINE, CudaEngine(torch.float64)))
    np.testing.assert_allclose(got.spikes[0], expected.spikes[0], rtol=EXACT)


def recordings(random, number, steps, inputs) -> Events:
    """A packed set of recordings, all of them in order."""
    return as_events(random.poisson(0.5, (steps, number, inputs)))


def test_units_above_the_signed_range_are_their_own(engine):
    network = random_network(Shape(65536, (2,), 2, False), gain=0.01)
    units = np.array([65535, 3, 40000, 65535], np.uint16)
    inputs = Events(units, np.array([0, 3, 4]), np.array([0]), 2, 65536)
    got, expected = (one.forward(network, inputs).potentials[0] for one in (engine, ENGINE))
    np.testing.assert_allclose(got, expected, rtol=EXACT)
    rows = events.event_rows(inputs, find_device(torch.float64))
    step_of_event, starts, ends = (tensor.cpu().numpy() for tensor in events._by_unit(rows))
    steps_of_unit = {unit: step_of_event[starts[0, unit] : ends[0, unit]].tolist() for unit in {*units.tolist(), 7}}
    assert steps_of_unit == {3: [0], 7: [], 40000: [0], 65535: [0, 1]}


def test_a_packed_set_is_uploaded_once_and_others_are_not_mistaken_for_it():
    random, device = np.random.default_rng(0), find_device(torch.float64)
    one, other = (recordings(random, 2, 3, 4) for _ in range(2))
    first = events.resident(one.units, one.offsets, device)
    assert events.resident(one.units, one.offsets, device) is first
    assert events.resident(one.units.copy(), one.offsets, device) is not first
    np.testing.assert_array_equal(events.resident(other.units, other.offsets, device).units.cpu(), other.units)


def test_results_do_not_change_from_run_to_run(engine):
    shape = Shape(6, (5,), 3, True)
    network, batch = random_network(shape), random_batch(shape, steps=5, inputs=None)
    inputs = as_events(batch.inputs)
    runs = []
    for _ in range(2):
        traces = engine.forward(network, inputs)
        runs.append(engine.backward(traces, Errors(np.ones((5, 3, 3)), ()), rule("bptt")))
    assert all(runs[0][name].tobytes() == runs[1][name].tobytes() for name in network.weights)


def test_replicas_are_networks_of_their_own():
    device = find_device(torch.float64)
    random = np.random.default_rng(0)
    drives, V = random.standard_normal((3, 4, 5, 6)) + 0.5, random.standard_normal((3, 6, 6))
    spike = spiking("fast_sigmoid", 2.0)
    for recurrent in (None, V):
        for replica, drive in enumerate(drives):
            both = [(drives, recurrent), (drive[None], recurrent if recurrent is None else recurrent[replica][None])]
            together, alone = (
                scans.simulate(DYNAMICS, spike, device.tensor(d), v if v is None else device.tensor(v))[1]
                for d, v in both
            )
            torch.testing.assert_close(together[replica], alone[0], rtol=0, atol=0)


def test_training_in_single_precision_is_close_to_ground_truth():
    shape = Shape(6, (5, 4), 3, True)
    network, batch = random_network(shape), random_batch(shape, steps=6)
    single, double = (one.forward(network, batch.inputs) for one in (CudaEngine(), ENGINE))
    assert single.readout.dtype == np.float32
    np.testing.assert_allclose(single.readout, double.readout, rtol=1e-5, atol=1e-6)


def test_a_recurrent_layer_too_large_is_refused_in_one_sentence(engine):
    with pytest.raises(UserError, match="at most 512 units and this one has 513"):
        engine.forward(random_network(Shape(1, (513,), 2, True)), np.zeros((1, 1, 1)))


class Recorder:
    """Stands in for PyTorch's CUDA graphs: what is done while a graph is captured happens when it is replayed."""

    def __init__(self) -> None:
        self.capturing, self.effects = None, {}

    def do(self, effect) -> None:
        if self.capturing is None:
            effect()
        else:
            self.effects[self.capturing] = effect

    @contextmanager
    def capture(self, graph, pool):
        self.capturing = graph
        yield
        self.capturing = None

    def graph(self):
        graph = SimpleNamespace()
        graph.replay = lambda: self.effects[id(graph)]()
        return graph


def test_a_replayed_step_does_what_the_step_does(monkeypatch):
    recorder, total, compiled = Recorder(), torch.zeros(()), []
    monkeypatch.setattr(torch.cuda, "CUDAGraph", recorder.graph)
    monkeypatch.setattr(torch.cuda, "graph", lambda graph, pool: recorder.capture(id(graph), pool))
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: None)

    def step(number, values):
        compiled.append((number, len(values), values.data_ptr()))
        recorder.do(lambda: total.add_(number * values.sum()))

    replay = graphs.replayed(step, Device(torch.device("cuda"), torch.float32))
    for number, size in [(1, 3), (1, 3), (1, 2), (1, 3), (2, 3), (1, 2), (1, 2)]:
        before, values = total.clone(), torch.rand(2 * size)[::2]
        replay(number, values)
        torch.testing.assert_close(total - before, number * values.sum())
    # Once as it is and once captured, from the same place; the shape (2, 3) came only once.
    assert len(compiled) == 5
    assert len(set(compiled)) == 3


@pytest.mark.parametrize("capability", ["80", "90"])
def test_kernels_compile_for_a_card(capability, root, tmp_path):
    """Where no card is, the interpreter runs the kernels' Python; that they are also Triton is a matter of its own."""
    result = run_clean(str(root / "tests" / "kernels.py"), capability, TRITON_CACHE_DIR=str(tmp_path))
    assert ast.literal_eval(result) == [
        "_adjoint",
        "_adjoint_held",
        "_adjoint_tiled",
        "_bag_sum",
        "_leaky_sum",
        "_simulate",
        "_simulate_held",
        "_simulate_tiled",
        "_update",
    ]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
def test_without_a_card_the_engine_says_what_to_choose():
    program = """
from snnlocality.engines.cuda.engine import CudaEngine
from snnlocality.errors import UserError
try:
    CudaEngine()
except UserError as error:
    print(error)
"""
    assert run_clean("-c", program).strip() == (
        "The CUDA engine needs an NVIDIA graphics card and finds none; choose the engine cpu or auto."
    )
