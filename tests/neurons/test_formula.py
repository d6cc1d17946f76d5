import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snnlocality import registry
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.network import Network
from snnlocality.neurons.formula import FUNCTIONS, NUMPY, as_c, as_function, parse
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import SpikeFunction


@pytest.mark.parametrize("formula", ["x ** 2", "y + 1", "sin(x)", "abs", "exp(x=1)", "x if k else 1", "'a'", "x.real"])
def test_what_is_not_in_the_language_is_refused(formula):
    with pytest.raises((ValueError, SyntaxError)):
        as_function(formula, NUMPY)
    with pytest.raises((ValueError, SyntaxError)):
        as_c(formula)


def test_every_function_has_a_meaning_in_numpy():
    assert set(NUMPY) == set(FUNCTIONS)


def test_a_formula_is_c():
    assert as_c("k / 2 * exp(-abs(x)) + pi") == (
        "k / NUMBER(2) * real_exp(NUMBER(-1) * real_abs(x)) + NUMBER(3.141592653589793)"
    )


def test_two_minus_signs_are_no_decrement():
    assert "--" not in as_c("-(-x)")


def test_brackets_survive():
    for surrogate in registry.names("snnlocality.neurons.surrogates"):
        formula = registry.load("snnlocality.neurons.surrogates", surrogate)
        assert parse(formula)
    assert as_c("1 / (1 + x) / (k * (2 - x))") == ("NUMBER(1) / (NUMBER(1) + x) / (k * (NUMBER(2) - x))")


def in_c(formula: str, x: np.ndarray, dtype) -> np.ndarray:
    """The formula's value as the CPU engine computes it: the derivative of a neuron that is driven to U = x."""
    from snnlocality.engines.values import Errors
    from snnlocality.learning.rules.bptt import RULE

    network = Network(
        Leaky(0.0, 0.0, 0.0, theta=1e-30),
        SpikeFunction("step(x)", formula, 1.0),
        {"W1": np.ones((1, 1), dtype), "W_out": np.ones((1, 1), dtype)},
        {},
    )
    engine = CpuEngine(dtype)
    traces = engine.forward(network, x.reshape(1, -1, 1).astype(dtype))
    return engine.input_adjoint(traces, Errors(np.ones((1, len(x), 1), dtype), ()), RULE).ravel()


@settings(deadline=None)
@given(st.lists(st.floats(-80, 80), min_size=1, max_size=40))
def test_the_exponential_in_c_is_exact_to_rounding(values):
    x = np.array(values)
    np.testing.assert_allclose(in_c("exp(x)", x, np.float64), np.exp(x), rtol=1e-14)
    single = x.astype(np.float32)
    np.testing.assert_allclose(in_c("exp(x)", single, np.float32), np.exp(single.astype(float)), rtol=1e-6)


def test_the_exponential_in_c_neither_overflows_nor_becomes_nothing():
    x = np.array([-1e4, 1e4])
    small, large = in_c("exp(x)", x, np.float64)
    assert small == 0
    assert np.isfinite(large)
    np.testing.assert_allclose(in_c("sigmoid(x)", x, np.float64), [0, 1], atol=1e-300)
