"""Exact tails and paired tests against scipy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.behaviors.exact_tails import fair_coin_two_sided, over_represented
from tensorboard_cnc.analysis.behaviors.paired_tests import mcnemar, of_differences, paired


@pytest.mark.parametrize(
    ("negative", "positive"),
    [(0, 0), (0, 1), (5, 0), (12, 3), (3, 12), (500, 430), (500_500, 499_500), (10**6, 9 * 10**5)],
)
def test_mcnemar_as_scipy(negative: int, positive: int) -> None:
    n = negative + positive
    expected = stats.binomtest(negative, n).pvalue if n else 1.0
    assert mcnemar(negative, positive).p == pytest.approx(expected, rel=1e-7, abs=1e-300)


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_p_value_is_a_probability_whichever_way_it_flips(heads: int, tails: int) -> None:
    p = fair_coin_two_sided(heads, tails)
    assert 0 <= p <= 1
    assert p == fair_coin_two_sided(tails, heads)


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


@settings(deadline=None)
@given(st.data())
def test_more_marked_ones_are_never_more_likely(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 400))
    marked, n = data.draw(st.integers(0, size)), data.draw(st.integers(0, size))
    tails = [over_represented(k, n, marked, size) for k in range(min(n, marked) + 1)]
    assert all(0 <= p <= 1 for p in tails)
    assert all(more <= less + 1e-9 for less, more in pairwise(tails))


def test_few_differences_get_the_sign_test() -> None:
    differences = np.array([0.1, 0.2, -0.05, 0.3, 0.4, 0.0, 0.2])
    tested = paired(differences)
    assert tested.test == "sign test"
    assert tested.p == pytest.approx(stats.binomtest(5, 6).pvalue)


def test_many_differences_get_the_normal_test() -> None:
    differences = np.random.default_rng(1).normal(0.1, 1, 900)
    tested = paired(differences)
    z = differences.mean() / stats.sem(differences)
    assert tested.test == "paired normal"
    assert tested.p == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_differences_that_do_not_vary() -> None:
    assert of_differences(500, 0.0, 0.0, 0, 0).p == 1
    assert of_differences(500, 0.1, 0.0, 0, 500).p == 0
    assert paired(np.empty(0)).p == 1
