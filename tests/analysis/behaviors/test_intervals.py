"""Intervals against scipy, and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.behaviors.intervals import (
    bootstrap,
    mean_interval,
    normal,
    rate_change,
    wilson,
)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 50), (3, 7), (913, 1000), (10**6, 10**6)])
def test_wilson_as_scipy(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    low, high = wilson(k, n)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


@settings(deadline=None)
@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_rate_and_stays_within_0_and_1(kn: tuple[int, int]) -> None:
    k, n = kn
    low, high = (float(end) for end in wilson(k, n))
    assert 0 <= low <= k / n <= high <= 1
    assert low < high


def test_no_instances_have_no_interval() -> None:
    assert all(np.isnan(end) for end in wilson(0, 0))
    assert all(np.isnan(bootstrap(np.array([1.0]))))


def test_rate_change_by_hand() -> None:
    # Bonett & Price 2012: p12 = (b + 1) / (n + 2), p21 = (c + 1) / (n + 2).
    low, high = rate_change(negative=8, positive=2, n=98)
    down, up = 0.09, 0.03
    half = 1.959963984540054 * np.sqrt((down + up - (up - down) ** 2) / 100)
    assert (float(low), float(high)) == pytest.approx((-0.06 - half, -0.06 + half))


def test_rate_change_without_any_flip_still_has_a_width() -> None:
    low, high = rate_change(0, 0, 40)
    assert float(low) == pytest.approx(-float(high))
    assert 0 < float(high) < 0.1


def test_normal_as_scipy() -> None:
    values = np.random.default_rng(1).gamma(2, 3, 500)
    expected = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    assert mean_interval(values) == pytest.approx(expected)
    assert np.isnan(normal(1.0, np.nan, 1)[0])


def test_bootstrap_near_scipy() -> None:
    values = np.random.default_rng(2).exponential(size=80)
    expected = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20_000, rng=3
    ).confidence_interval
    assert bootstrap(values) == pytest.approx((expected.low, expected.high), rel=0.05)


def test_the_bootstrap_is_fixed_and_blind_to_order() -> None:
    values = np.random.default_rng(4).normal(size=100)
    assert bootstrap(values) == bootstrap(values[::-1]) == mean_interval(values)


def test_intervals_cover() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        low, high = mean_interval(rng.normal(size=60))
        covered += low <= 0 <= high
    assert covered / 400 > 0.92
