"""Exact tails and the correction for many tests against scipy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.behaviors.statistics import benjamini_hochberg, over_represented


@given(st.data())
def test_over_representation_as_scipy(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 5000))
    marked = data.draw(st.integers(0, population))
    drawn = data.draw(st.integers(0, population))
    both = data.draw(st.integers(max(0, drawn + marked - population), min(drawn, marked)))
    expected = stats.hypergeom.sf(both - 1, population, marked, drawn)
    assert over_represented(both, drawn, marked, population) == pytest.approx(expected, rel=1e-7)


def test_over_representation_among_a_million() -> None:
    expected = stats.hypergeom.sf(1299, 10**6, 12_000, 100_000)
    assert over_represented(1300, 100_000, 12_000, 10**6) == pytest.approx(expected, rel=1e-6)


def test_it_is_fisher_s_exact_test() -> None:
    expected = stats.fisher_exact([[8, 12], [5, 75]], alternative="greater").pvalue
    assert over_represented(8, 20, 13, 100) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("k", "n", "marked", "size"),
    [
        (0, 5, 3, 20),
        (3, 5, 3, 20),
        (40, 812, 79, 10_000),
        (5, 812, 79, 10_000),
        (64, 812, 79, 10_000),
        (300, 1000, 2500, 10_000),
        (250, 1000, 2500, 10_000),
        (90, 90, 95, 100),
        (86, 90, 95, 100),
        (50_500, 100_000, 500_000, 1_000_000),
        (49_500, 100_000, 500_000, 1_000_000),
    ],
)
def test_fisher_as_scipy(k: int, n: int, marked: int, size: int) -> None:
    expected = stats.hypergeom.sf(k - 1, size, marked, n)
    assert over_represented(k, n, marked, size) == pytest.approx(expected, rel=1e-6, abs=1e-300)


@given(st.data())
def test_more_marked_ones_are_never_more_likely(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 400))
    marked, n = data.draw(st.integers(0, size)), data.draw(st.integers(0, size))
    tails = [over_represented(k, n, marked, size) for k in range(min(n, marked) + 1)]
    assert all(0 <= p <= 1 for p in tails)
    assert all(more <= less + 1e-9 for less, more in pairwise(tails))


PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(PROBABILITIES)
def test_as_scipy(p: list[float]) -> None:
    expected = stats.false_discovery_control(p)
    assert benjamini_hochberg(np.array(p)) == pytest.approx(expected)


@given(PROBABILITIES)
def test_q_is_no_smaller_than_p_and_keeps_its_order(p: list[float]) -> None:
    q = benjamini_hochberg(np.array(p))
    assert (q >= np.array(p)).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()


def test_what_was_not_tested_is_not_counted() -> None:
    q = benjamini_hochberg(np.array([[0.01, np.nan], [0.04, np.nan]]))
    assert q[:, 0] == pytest.approx([0.02, 0.04])
    assert np.isnan(q[:, 1]).all()
    assert benjamini_hochberg(np.empty(0)).size == 0
