import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from snnlocality.network import Shape, draw_weights, matched_feedforward, readouts

NMNIST = {recurrent: Shape(2312, (120, 84), 10, recurrent) for recurrent in (False, True)}
TIMIT = {recurrent: Shape(39, (400,), 61, recurrent) for recurrent in (False, True)}


def test_numbers_of_weights_are_the_papers():
    """120² + 84² recurrent weights of N-MNIST and 400² of TIMIT, less the self-connections, which do not exist."""
    assert NMNIST[False].weights == 288360
    assert NMNIST[True].weights - NMNIST[False].weights == 21456 - 120 - 84
    assert TIMIT[False].weights == 40000
    assert TIMIT[True].weights - TIMIT[False].weights == 160000 - 400


@given(st.integers(1, 200), st.integers(1, 300), st.integers(2, 70), st.booleans())
def test_the_matched_network_has_as_many_weights_to_within_one_unit(inputs, hidden, classes, recurrent):
    shape = Shape(inputs, (hidden,), classes, recurrent)
    matched = matched_feedforward(shape)
    assert not matched.recurrent
    assert abs(matched.weights - shape.weights) <= inputs + classes
    if not recurrent:
        assert matched == shape


def test_the_timit_control_is_five_times_wider():
    assert matched_feedforward(TIMIT[True]).hidden == (1996,)


def test_drawn_weights_have_their_shapes_variance_and_count():
    shape = Shape(300, (200, 100), 10, True)
    weights = draw_weights(shape, np.random.default_rng(0))
    assert {name: array.shape for name, array in weights.items()} == {
        "W1": (200, 300),
        "V1": (200, 200),
        "W2": (100, 200),
        "V2": (100, 100),
        "W_out": (10, 100),
    }
    assert sum(np.count_nonzero(array) for array in weights.values()) == shape.weights
    assert all(array.dtype == np.float32 for array in weights.values())
    for array in weights.values():
        np.testing.assert_allclose(array.var() * array.shape[1], 1, rtol=0.1)
    assert not weights["V1"].diagonal().any()


def test_recurrence_does_not_change_the_feedforward_weights_of_a_seed():
    ff, rec = (draw_weights(Shape(7, (5, 4), 3, r), np.random.default_rng(3)) for r in (False, True))
    assert set(rec) - set(ff) == {"V1", "V2"}
    for name, array in ff.items():
        np.testing.assert_array_equal(array, rec[name])


def test_a_readout_of_every_layer_adds_its_weights_and_changes_no_others():
    last, every = (
        draw_weights(Shape(300, (200, 100, 50), 10, True, direct), np.random.default_rng(3)) for direct in (False, True)
    )
    assert {name: every[name].shape for name in set(every) - set(last)} == {"O1": (10, 200), "O2": (10, 100)}
    for name, array in last.items():
        np.testing.assert_array_equal(array, every[name])
    for name in ("O1", "O2"):
        np.testing.assert_allclose(every[name].var() * every[name].shape[1], 1, rtol=0.1)
    shape = Shape(300, (200, 100, 50), 10, True, True)
    assert sum(np.count_nonzero(array) for array in every.values()) == shape.weights
    assert {name: array.shape for name, array in every.items()} == shape.matrices
    assert readouts(every) == {1: "O1", 2: "O2", 3: "W_out"}
    assert readouts(last) == {3: "W_out"}


def test_every_matrix_and_every_seed_has_a_draw_of_its_own():
    shape = Shape(5, (5, 5), 5, True)
    drawn = [draw_weights(shape, np.random.default_rng(seed)) for seed in (0, 1)]
    draws = {array.tobytes() for weights in drawn for array in weights.values()}
    assert len(draws) == 10
