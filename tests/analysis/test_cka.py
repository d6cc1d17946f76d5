"""CKA against a double sum, a public implementation, and what must not change it."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_cka import CKA

from snnlocality.analysis.cka import cka, gram, hsic
from snnlocality.analysis.representations import whole_batches
from snnlocality.errors import UserError


def brute_force(K, L):
    """The U-statistic of HSIC written out over ordered 4-tuples of different samples (Song et al. 2012, eq. 4)."""
    n, total, count = len(K), 0.0, 0
    for i, j, q, r in permutations(range(n), 4):
        total += K[i, j] * (L[i, j] + L[q, r] - 2 * L[i, q])
        count += 1
    return total / count


def random_grams(seed, n=7, units=5):
    random = np.random.default_rng(seed)
    x, y = random.standard_normal((2, n, units))
    return x @ x.T, (x + y) @ (x + y).T


@given(st.integers(0, 1000), st.integers(4, 7))
def test_hsic_is_the_u_statistic(seed, n):
    K, L = random_grams(seed, n)
    assert hsic(K, L) == pytest.approx(brute_force(K, L), rel=1e-9, abs=1e-9)


def test_hsic_agrees_with_a_public_implementation():
    K, L = random_grams(3, 40)
    for matrix in (K, L):  # theirs takes them as they come
        np.fill_diagonal(matrix, 0)
    theirs = CKA._HSIC(SimpleNamespace(device="cpu"), torch.from_numpy(K).float(), torch.from_numpy(L).float())
    assert hsic(K, L) == pytest.approx(theirs, rel=1e-4)


def test_a_representation_is_like_itself_turned_and_scaled():
    random = np.random.default_rng(0)
    x = random.standard_normal((3, 20, 6))
    turn, _ = np.linalg.qr(random.standard_normal((6, 6)))
    batches = [(gram(x), gram(-2.5 * x @ turn))]
    assert cka(batches) == pytest.approx(1)


def test_independent_representations_are_near_zero_and_unbiased():
    random = np.random.default_rng(1)
    values = [
        cka([tuple(gram(random.standard_normal((1, 16, 30))) for _ in range(2)) for _ in range(8)]) for _ in range(200)
    ]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    assert np.min(values) < 0


def test_gram_lays_steps_side_by_side():
    x = np.random.default_rng(2).standard_normal((4, 5, 3))
    flat = np.concatenate(list(x), axis=1)
    np.testing.assert_allclose(gram(x), flat @ flat.T)


def test_batches_are_summed_before_the_ratio():
    pairs = [random_grams(seed, 10) for seed in range(3)]
    cross, own_K, own_L = (
        sum(hsic(a, b) for a, b in chosen) for chosen in (pairs, [(K, K) for K, _ in pairs], [(L, L) for _, L in pairs])
    )
    assert cka(pairs) == pytest.approx(cross / np.sqrt(own_K * own_L))


def test_a_silent_layer_has_no_similarity():
    K, _ = random_grams(0, 8)
    assert np.isnan(cka([(K, np.zeros_like(K))]))


def test_three_samples_are_too_few():
    with pytest.raises(ValueError, match="at least 4"):
        hsic(np.eye(3), np.eye(3))


@pytest.mark.parametrize(("samples", "sizes"), [(10, [4, 4]), (8, [4, 4]), (4, [4])])
def test_only_whole_batches_count(samples, sizes):
    dataset = SimpleNamespace(batch=len)
    assert list(whole_batches(dataset, np.arange(samples), 4)) == sizes


def test_fewer_samples_than_a_batch_are_one_and_fewer_than_four_are_refused():
    dataset = SimpleNamespace(batch=len)
    assert list(whole_batches(dataset, np.arange(5), 64)) == [5]
    with pytest.raises(UserError, match="CKA needs 4 test samples and there are 3"):
        list(whole_batches(dataset, np.arange(3), 64))
