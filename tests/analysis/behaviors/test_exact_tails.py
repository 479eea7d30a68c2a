"""Exact tails against scipy, also where its own tables would be large."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.behaviors.exact_tails import fair_coin_two_sided, over_represented


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_fair_coin_as_scipy(heads: int, tails: int) -> None:
    expected = stats.binomtest(heads, heads + tails).pvalue if heads + tails else 1.0
    assert fair_coin_two_sided(heads, tails) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("heads", "tails"), [(500_000, 502_000), (10**6, 10**6 - 1), (0, 900)])
def test_a_fair_coin_thrown_often(heads: int, tails: int) -> None:
    expected = stats.binomtest(heads, heads + tails).pvalue
    assert fair_coin_two_sided(heads, tails) == pytest.approx(expected, rel=1e-6)


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(0, 200))
def test_chances_lie_between_0_and_1(heads: int, tails: int) -> None:
    assert 0 < fair_coin_two_sided(heads, tails) <= 1
    assert fair_coin_two_sided(heads, tails) == fair_coin_two_sided(tails, heads)
