"""Every kind of neuron: its adjoint against automatic differentiation of its step, and how kinds relate."""

import numpy as np
import pytest
import torch

from networks import DYNAMICS, ENGINE, NEURONS, random_batch, random_network, relative_error, rule, scan_gradients
from networks import declared as declared_as
from snnlocality import registry
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import spike_functions
from snnlocality.errors import UserError
from snnlocality.network import Shape
from snnlocality.neurons.lif import Leaky, require_leaky
from snnlocality.neurons.neuron import Declared, Neuron, functions

EXACT = 1e-10
KINDS = registry.names(NEURONS)


def by_autograd(network, batch) -> dict[str, np.ndarray]:
    """BPTT's gradients by automatic differentiation of the neuron's step and of nothing else that is its own."""
    weights = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in network.weights.items()}
    step, _ = functions(network.dynamics)
    emit, derivative = spike_functions(network)
    rest = torch.zeros((), dtype=torch.float64)
    spikes = {layer: torch.zeros(batch.mask.shape[1], len(weights[f"W{layer}"])).double() for layer in network.hidden}
    states = {layer: [rest] * len(network.dynamics.neuron.states) for layer in network.hidden}
    y = loss = rest
    weight = torch.from_numpy(batch.mask / batch.mask.sum())
    for t, below in enumerate(torch.from_numpy(batch.inputs)):
        for layer in network.hidden:
            drive = below @ weights[f"W{layer}"].T
            if f"V{layer}" in weights:
                drive = drive + spikes[layer] @ weights[f"V{layer}"].T
            *states[layer], potential = step(*states[layer], spikes[layer], drive)
            x = potential - network.dynamics.theta
            spikes[layer] = emit(x).detach() + derivative(x).detach() * (x - x.detach())
            below = spikes[layer]
        y = network.dynamics.kappa * y + below @ weights["W_out"].T
        of_step = torch.nn.functional.cross_entropy(y, torch.from_numpy(batch.targets[t]), reduction="none")
        loss = loss + (weight[t] * of_step).sum()
    loss.backward()
    gradients = {name: tensor.grad.numpy() for name, tensor in weights.items()}
    for name in gradients:
        if name.startswith("V"):
            np.fill_diagonal(gradients[name], 0)
    return gradients


@pytest.mark.parametrize("recurrent", [False, True], ids=["ff", "rec"])
@pytest.mark.parametrize("hidden", [(5,), (6, 5, 4)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_an_adjoint_is_the_derivative_of_its_step(kind, hidden, recurrent):
    network = random_network(Shape(6, hidden, 3, recurrent), dynamics=declared_as(kind), gain=3.0)
    batch = random_batch(Shape(6, hidden, 3, recurrent), steps=23)
    assert all(spikes.any() for spikes in ENGINE.forward(network, batch.inputs).spikes)
    assert relative_error(scan_gradients(network, batch, "bptt"), by_autograd(network, batch)) < EXACT


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_that_leaves_the_reset_out_does_so_where_there_is_one(kind):
    network = random_network(Shape(6, (6, 5), 3, True), dynamics=declared_as(kind), gain=3.0)
    batch = random_batch(Shape(6, (6, 5), 3, True), steps=23)
    whole, detached = (scan_gradients(network, batch, name) for name in ("bptt", "bptt_detached_reset"))
    assert (relative_error(detached, whole) > 1e-3) is network.dynamics.neuron.resets


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_padding_of_the_kernels_stays_silent_whatever_a_neuron_does_at_rest(dtype):
    """A neuron that fires by itself, in layers that are no multiple of a vector."""
    restless = Neuron(**{**WHOLE, "step": {"k": "1 - a", "U": "a * U + d - theta * s + 1 + k"}})
    dynamics = Declared(restless, restless.values(step=1.0), 0.9, 1.2)
    shape = Shape(6, (5, 65), 3, True)
    network, batch = random_network(shape, dynamics=dynamics), random_batch(shape)
    expected = ENGINE.forward(network, batch.inputs)
    found = CpuEngine(dtype).forward(network, batch.inputs)
    assert all(spikes[-1].any() for spikes in expected.spikes)
    for got, wanted in zip(found.potentials, expected.potentials, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)


def test_a_neuron_may_name_its_numbers_as_it_likes():
    """What stands between has no meaning for the kernels, be it a word of their language."""
    named = {"u": "a * U", "x": "u + d", "double": "theta * s", "n": "2 - 1", "U": "n * x - double"}
    neuron = Neuron(**{**WHOLE, "step": named})
    dynamics, shape = Declared(neuron, neuron.values(step=1.0), 0.9, 1.2), Shape(6, (5,), 3, False)
    network, batch = random_network(shape, dynamics=dynamics, gain=3.0), random_batch(shape)
    found = CpuEngine(np.float64).forward(network, batch.inputs)
    np.testing.assert_array_equal(found.spikes[0], ENGINE.forward(network, batch.inputs).spikes[0])


def test_leaky_neurons_are_the_same_by_either_name():
    """``lif.Leaky`` takes the decays themselves, a declaration the times that they follow from."""
    leaky_ones = Leaky(np.exp(-0.5), np.exp(-0.25), 0.9, 1.2, np.exp(-0.1), 0.5 * 1.2)
    kind = registry.load(NEURONS, "alif")
    times = {"synapse": 2.0, "membrane": 4.0, "adaptation": 10.0, "strength": 0.5, "threshold": 1.2}
    found = kind.values(step=1.0, **times)
    assert found == pytest.approx(leaky_ones.constants)
    assert leaky_ones.neuron is kind
    assert leaky_ones._replace(b=0.0).neuron is registry.load(NEURONS, "cuba_lif")


def test_without_a_leak_and_a_current_a_leaky_neuron_is_integrate_and_fire():
    shape = Shape(6, (5, 4), 3, True)
    batch, without = random_batch(shape), DYNAMICS._replace(alpha=0.0, beta=1.0)
    own, other = (random_network(shape, dynamics=d) for d in (declared_as("integrate_and_fire"), without))
    spikes = ENGINE.forward(own, batch.inputs).spikes
    for first, second in zip(spikes, ENGINE.forward(other, batch.inputs).spikes, strict=True):
        np.testing.assert_array_equal(first, second)
    assert relative_error(scan_gradients(own, batch, "bptt"), scan_gradients(other, batch, "bptt")) < EXACT


def test_a_resonator_answers_to_its_own_period():
    """A weak input of the neuron's period makes it fire, one of another period or a constant one does not."""
    period = 20
    dynamics = declared_as("balanced_resonate_and_fire", period=float(period), damping=200.0, theta=8.0)
    network = random_network(Shape(1, (1,), 2, False), dynamics=dynamics)
    network.weights["W1"][...] = 1.0
    t = np.arange(200)

    def fires(wave: np.ndarray) -> bool:
        return bool(ENGINE.forward(network, wave[:, None, None]).spikes[0].any())

    assert fires(np.cos(2 * np.pi * t / period))
    assert not fires(np.cos(2 * np.pi * t / (3 * period)))
    assert not fires(np.cos(2 * np.pi * t / (period / 3)))
    assert not fires(np.full(200, 1.0))


def test_what_is_defined_for_leaky_neurons_alone_says_so():
    assert require_leaky(DYNAMICS) is DYNAMICS
    with pytest.raises(UserError, match="not for BRF; choose cuba_lif or alif"):
        require_leaky(declared_as("balanced_resonate_and_fire"))
    shape = Shape(6, (5,), 3, False)
    network = random_network(shape, dynamics=declared_as("integrate_and_fire"))
    with pytest.raises(UserError, match="not for IF"):
        scan_gradients(network, random_batch(shape), "pp_prop")
    scan_gradients(network, random_batch(shape), "s_tllr")
    assert rule("s_tllr").trace


WHOLE = {
    "label": "test",
    "reference": "",
    "parameters": {},
    "constants": {"a": "exp(-step)"},
    "states": ("U",),
    "step": {"U": "a * U + d - theta * s"},
    "potential": "U",
    "costates": ("U_",),
    "adjoint": {"U_": "a * U_ + h * G"},
    "drive": "U_",
}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("step", {"U": "a * U + D"}, "'D' has no meaning in the formula"),
        ("step", {"U": "exp(U)"}, "has no meaning in the formula"),
        ("step", {"U": "a ** U"}, "has no meaning"),
        ("step", {"X": "a * U"}, "no formula says what becomes of U"),
        ("adjoint", {"U_": "a * U_ + h * G * d"}, "'d' has no meaning"),
        ("potential", "U + later", "'later' has no meaning"),
        ("drive", "U_ + x", "'x' has no meaning"),
        ("constants", {"a": "exp(-stepp)"}, "'stepp' has no meaning"),
        ("constants", {"U": "exp(-step)"}, "'U' has two meanings"),
        ("step", {"theta": "2 - 1", "U": "a * U + d"}, "'theta' has two meanings"),
        ("costates", ("U",), "'U' has two meanings"),
    ],
)
def test_formulas_without_a_meaning_are_refused(field, value, words):
    Neuron(**WHOLE)
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace("*", r"\*")):
        Neuron(**{**WHOLE, field: value})


def test_constants_follow_from_times():
    kind = Neuron(**WHOLE)
    assert kind.values(step=1.0) == pytest.approx((np.exp(-1),))
    assert Declared(kind, kind.values(step=1.0), 0.9, 1.0).neuron.kept is False
    assert registry.load(NEURONS, "balanced_resonate_and_fire").kept is True
