import numpy as np
import pytest

from networks import ENGINE, RULES, rule
from snnlocality import registry
from snnlocality.data.inputs import Events
from snnlocality.errors import UserError
from snnlocality.learning.initialisation import initial_network
from snnlocality.network import Network, Shape
from snnlocality.neurons.lif import Leaky
from snnlocality.neurons.spikes import spiking

DYNAMICS = Leaky(alpha=0.6, beta=0.8, kappa=0.9, theta=1.3)
DRIVE, RECURRENT_DRIVE, READOUT_DRIVE = 0.9, 0.4, 0.25


def initialise(
    dataset, recurrent=True, rule_name="bptt", seed=0, hidden=(20, 15), drive=DRIVE, direct=False
) -> Network:
    shape = Shape(dataset.inputs, hidden, dataset.classes, recurrent, direct)
    batch = dataset.batch(np.arange(16))
    spike = spiking("fast_sigmoid", 5.0)
    drives = (drive, RECURRENT_DRIVE, READOUT_DRIVE)
    return initial_network(shape, DYNAMICS, spike, rule(rule_name), batch, ENGINE, seed, *drives)


def dense(inputs):
    """Counts (steps, samples, inputs) of an event batch; dense input as it is."""
    if not isinstance(inputs, Events):
        return inputs
    counts = np.zeros((inputs.samples * inputs.steps, inputs.inputs))
    T = inputs.steps
    for row, (sample, t) in enumerate((b, t) for b in inputs.index for t in range(T)):
        np.add.at(counts[row], inputs.units[inputs.offsets[sample * T + t] : inputs.offsets[sample * T + t + 1]], 1)
    return counts.reshape(inputs.samples, inputs.steps, -1).transpose(1, 0, 2)


def potential_rms(sources, W):
    """Root mean square of the potential that ``sources`` alone cause through W."""
    I = U = 0.0
    squares = []
    for source in sources:
        I = DYNAMICS.alpha * I + source @ W.T
        U = DYNAMICS.beta * U + I
        squares.append(np.square(U).mean())
    return np.sqrt(np.mean(squares))


@pytest.fixture(params=["toy_recordings", "toy_utterances"])
def dataset(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("direct", [False, True])
def test_potentials_and_readout_have_the_root_mean_square_asked_for(dataset, direct):
    network = initialise(dataset, direct=direct)
    inputs = dataset.batch(np.arange(16)).inputs
    traces = ENGINE.forward(network, inputs)
    below = dense(inputs)
    for layer in network.hidden:
        W, V = network.weights[f"W{layer}"], network.weights[f"V{layer}"]
        assert potential_rms(below, W) == pytest.approx(DRIVE * DYNAMICS.theta, rel=1e-5)
        # What V would add to the activity that W alone causes.
        alone = Network(DYNAMICS, network.spike, {"W1": W, "W_out": np.zeros((1, len(W)))}, {})
        spikes = ENGINE.forward(alone, np.ascontiguousarray(below)).spikes[0]
        assert potential_rms(spikes, V) == pytest.approx(RECURRENT_DRIVE * DYNAMICS.theta, rel=1e-5)
        below = traces.spikes[layer - 1]
    assert np.sqrt(np.square(traces.readout).mean()) == pytest.approx(READOUT_DRIVE, rel=1e-5)


def test_every_layer_fires_at_the_start(dataset):
    for spikes in ENGINE.forward(initialise(dataset), dataset.batch(np.arange(16)).inputs).spikes:
        assert 0.01 < spikes.mean() < 0.5


@pytest.mark.parametrize("recurrent", [False, True])
def test_runs_of_one_seed_start_from_the_same_weights_under_every_rule(toy_recordings, recurrent):
    expected = initialise(toy_recordings, recurrent).weights
    for name in registry.names(RULES):
        direct = rule(name).direct_readout  # its weights share the drive that the last layer's have elsewhere
        weights = initialise(toy_recordings, recurrent, name, direct=direct).weights
        assert weights.keys() - {"O1"} == expected.keys()
        assert all(
            np.array_equal(weights[key], expected[key]) for key in expected.keys() - ({"W_out"} if direct else {})
        )


def test_recurrent_and_feedforward_networks_of_one_seed_share_their_draws(toy_recordings):
    """W1 entirely; W2 and W_out up to the scale that the activity below asks for."""
    ff, rec = (initialise(toy_recordings, recurrent).weights for recurrent in (False, True))
    np.testing.assert_array_equal(ff["W1"], rec["W1"])
    for name in ("W2", "W_out"):
        ratio = ff[name] / rec[name]
        np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-5)


def test_recurrent_weights_have_no_self_connection(toy_recordings):
    weights = initialise(toy_recordings).weights
    assert not weights["V1"].diagonal().any()
    assert weights["V1"].any()


def test_another_seed_draws_all_weights_and_feedback_anew(toy_recordings):
    one, other = (initialise(toy_recordings, rule_name="decolle", seed=seed) for seed in (0, 1))
    for first, second in ((one.weights, other.weights), (one.feedback, other.feedback)):
        assert first.keys() == second.keys()
        assert not any(np.isclose(first[name], second[name]).mean() > 0.1 for name in first)


def test_feedback_is_the_same_for_ff_and_rec(toy_recordings):
    ff, rec = (initialise(toy_recordings, recurrent, "decolle").feedback for recurrent in (False, True))
    assert ff.keys() == {"B1", "B2"}
    assert all(np.array_equal(ff[name], rec[name]) for name in ff)


def test_a_drive_too_weak_for_any_spike_is_refused(toy_recordings):
    with pytest.raises(UserError, match=r"neuron\.drive"):
        initialise(toy_recordings, drive=1e-4)


def test_a_single_recurrent_neuron_has_no_recurrent_weight_to_scale(toy_recordings):
    assert initialise(toy_recordings, hidden=(1,)).weights["V1"] == [[0]]
