"""Every verb of every engine does what the reference does: ``conformance`` has the checks and the cases."""

import numpy as np
import pytest
import torch

import conformance
from kernels import runnable
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.interface import Engine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.engines.values import Traces

with runnable():
    from snnlocality.engines.cuda.engine import CudaEngine
    from snnlocality.engines.cuda.events import _EVENTS

# The interpreter's NumPy warns where exp(-x) is infinite and 1 / (1 + exp(-x)) therefore 0.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp")
ENGINES = {
    "reference": lambda: ReferenceEngine(torch.float64),
    "cpu": lambda: CpuEngine(np.float64),
    "cuda": lambda: CudaEngine(torch.float64),
}
CASES = dict(conformance.cases())


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    with runnable():
        yield


@pytest.fixture(scope="module", params=ENGINES)
def engine(request) -> Engine:
    return ENGINES[request.param]()


def test_every_verb_has_a_check_and_every_engine_a_place_here():
    assert conformance.CHECKS.keys() == conformance.verbs(Engine, Traces)
    assert {kind().name for kind in ENGINES.values()} == {kind.name for kind in Engine.__subclasses__()} == {*ENGINES}


def test_the_wide_case_has_more_events_in_a_step_than_are_loaded_at_once():
    assert CASES["wide"].dense.sum(axis=2).max() > _EVENTS


@pytest.mark.parametrize("case", CASES)
def test_every_verb_does_what_the_reference_does(engine, case):
    conformance.conform(engine, CASES[case])


@pytest.mark.parametrize("verb", sorted(Engine.__abstractmethods__))
def test_an_engine_without_a_verb_cannot_be_made(verb):
    others = {other: None for other in Engine.__abstractmethods__ - {verb}}
    with pytest.raises(TypeError, match=verb):
        type("Incomplete", (Engine,), others)()
