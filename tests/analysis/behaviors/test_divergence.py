"""KL divergence against scipy, and that it is never negative."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats
from scipy.special import rel_entr

from tensorboard_cnc.analysis.behaviors.divergence import binary_kl, kl_divergence, shared_rows
from tensorboard_cnc.analysis.behaviors.evaluation import Vectors


def test_as_scipy() -> None:
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(7), 500), rng.dirichlet(np.ones(7), 500)
    assert kl_divergence(p, q) == pytest.approx(stats.entropy(p, q, axis=1))


def test_long_rows_are_cut_into_pieces_unnoticed() -> None:
    rng = np.random.default_rng(2)
    p, q = rng.dirichlet(np.ones(50_000), 7), rng.dirichlet(np.ones(50_000), 7)
    assert kl_divergence(p, q) == pytest.approx(stats.entropy(p, q, axis=1))


def test_a_certain_answer_that_the_model_excludes_is_finite() -> None:
    found = kl_divergence(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert found == pytest.approx([np.log(1e12)])


def test_yes_and_no_as_scipy() -> None:
    rng = np.random.default_rng(3)
    p, q = rng.random((50, 4)), rng.random((50, 4))
    expected = (rel_entr(p, q) + rel_entr(1 - p, 1 - q)).sum(axis=1)
    assert binary_kl(p, q) == pytest.approx(expected)


ROWS = arrays.arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))


@settings(deadline=None)
@given(ROWS, ROWS)
def test_never_negative_and_zero_against_itself(p: np.ndarray, q: np.ndarray) -> None:
    p[:, 0], q[:, 0] = 1, 1
    assert (kl_divergence(p, q) >= 0).all()
    assert kl_divergence(p, p) == pytest.approx(np.zeros(4))


def test_rows_that_both_have() -> None:
    one = Vectors(np.array([1, 4, 7]), np.arange(6).reshape(3, 2) / 10)
    other = Vectors(np.array([0, 4, 7, 9]), np.arange(8).reshape(4, 2) / 10)
    rows, of_one, of_other = shared_rows(one, other)
    assert rows.tolist() == [4, 7]
    assert of_one.tolist() == of_other.tolist() == [[0.2, 0.3], [0.4, 0.5]]
    assert shared_rows(one, one)[1] is one.probabilities
