"""Intervals of rates, their changes and ratios against scipy, brute force and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from tensorboard_cnc.analysis.behaviors.proportions import (
    mcnemar,
    rate_change,
    rate_ratio,
    two_valued,
    wilson,
)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 50), (3, 7), (913, 1000), (10**6, 10**6)])
def test_wilson_as_scipy(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    low, high = wilson(k, n)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_rate_and_stays_within_0_and_1(kn: tuple[int, int]) -> None:
    k, n = kn
    low, high = (float(end) for end in wilson(k, n))
    assert 0 <= low <= k / n <= high <= 1
    assert low < high


def test_no_instances_have_no_interval() -> None:
    assert np.isnan([*wilson(0, 0), *rate_change(0, 0, 0, 1.0)]).all()


@pytest.mark.parametrize(
    ("negative", "positive"),
    [(0, 0), (0, 1), (5, 0), (12, 3), (3, 12), (500, 430), (500_500, 499_500), (10**6, 9 * 10**5)],
)
def test_mcnemar_as_scipy(negative: int, positive: int) -> None:
    n = negative + positive
    expected = stats.binomtest(negative, n).pvalue if n else 1.0
    assert float(mcnemar(negative, positive)) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def _likelihood_ratio_free_error(down: int, up: int, n: int, change: float) -> float:
    """Standard error of (up - down) / n at the likeliest flip rates with this change, by search."""

    def against(lost: float) -> float:
        won, same = lost + change, 1 - 2 * lost - change
        return -float(stats.multinomial.logpmf([down, up, n - down - up], n, [lost, won, same]))

    low, high = max(0.0, -change), (1 - change) / 2
    lost = optimize.minimize_scalar(
        against, bounds=(low + 1e-9, high - 1e-9), method="bounded", options={"xatol": 1e-10}
    ).x
    return float(np.sqrt((2 * lost + change - change**2) / n))


@pytest.mark.parametrize(("down", "up", "n"), [(7, 25, 100), (3, 4, 30), (40, 2, 900)])
def test_the_ends_of_a_change_are_where_tango_s_score_is_1_96(down: int, up: int, n: int) -> None:
    for end in rate_change(down, up, n, 0.0):
        error = _likelihood_ratio_free_error(down, up, n, float(end))
        assert abs((up - down) / n - float(end)) / error == pytest.approx(1.96, abs=1e-3)


def test_the_interval_of_a_change_holds_0_just_where_the_exact_test_does_not_reject() -> None:
    down, up = (each.ravel() for each in np.meshgrid(np.arange(150), np.arange(150)))
    p = mcnemar(down, up)
    for n in (300, 3_000):
        low, high = rate_change(down, up, n, p)
        assert (((low <= 0) & (high >= 0)) == (p >= 0.05)).all()
        assert ((low <= (up - down) / n + 1e-12) & ((up - down) / n <= high + 1e-12)).all()


def test_without_any_flip_a_change_still_has_a_width() -> None:
    low, high = rate_change(0, 0, 40, 1.0)
    assert float(low) == pytest.approx(-float(high))
    assert float(high) == pytest.approx(1.96**2 / (40 + 1.96**2), abs=1e-4)


def test_the_ends_of_a_ratio_are_where_its_score_is_1_96() -> None:
    lost, won, both, n = 12, 40, 160, 260
    for ratio in rate_ratio(lost, won, both, 0.0):

        def against(p10: float, ratio: float = ratio) -> float:
            right = (lost + won + both) / n
            p01 = (p10 + (ratio - 1) * right) / ratio
            shares = [p10, p01, right - p10 - p01]
            if min(shares) <= 0:
                return 1e9
            return -float(np.dot([lost, won, both], np.log(shares)))

        grid = np.linspace(1e-6, 0.8, 40_001)
        p10 = grid[np.argmin([against(each) for each in grid])]
        p01 = (p10 + (ratio - 1) * (lost + won + both) / n) / ratio
        error = np.sqrt(ratio * (p10 + p01) / n)
        difference = (both + won - ratio * (both + lost)) / n
        assert abs(difference) / error == pytest.approx(1.96, abs=5e-3)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))
def test_a_ratio_one_way_is_its_inverse_the_other(lost: int, won: int, both: int) -> None:
    p = float(mcnemar(lost, won))
    low, high = rate_ratio(lost, won, both, p)
    back = rate_ratio(won, lost, both, p)
    assert (1 / high, 1 / low) == pytest.approx(back, rel=1e-6)
    assert low <= (both + won) / (both + lost) <= high


@pytest.mark.parametrize("n", [30, 100])
def test_changes_and_ratios_of_rates_are_covered(n: int) -> None:
    rng = np.random.default_rng(3)
    for lost, won, both in ((0.05, 0.05, 0.8), (0.1, 0.02, 0.5), (0.02, 0.2, 0.6)):
        drawn = rng.multinomial(n, [lost, won, both, 1 - lost - won - both], 2000)
        p = mcnemar(drawn[:, 0], drawn[:, 1])
        low, high = rate_change(drawn[:, 0], drawn[:, 1], n, p)
        assert np.mean((low <= won - lost) & (won - lost <= high)) >= 0.93
        truth = (both + won) / (both + lost)
        rows = zip(drawn[:300].tolist(), p.tolist(), strict=False)
        ends = [rate_ratio(row[0], row[1], row[2], q) for row, q in rows]
        assert np.mean([first <= truth <= last for first, last in ends]) >= 0.92


def test_columns_of_0_and_1_are_two_valued() -> None:
    ones = np.array([1.0, 0, np.nan, 1])
    assert two_valued(ones, ones.astype(np.float32))
    assert not two_valued(ones, np.array([0.0, 0.5]))
    assert not two_valued(np.append(np.zeros(5000), 2))
    assert not two_valued(np.full(3, np.nan))
    # Losses of 0, or scores from -1 to 1, may be all 0 so far.
    assert not two_valued(np.zeros(30), np.zeros(30))
    assert two_valued(np.zeros(30), np.ones(30))
