"""Means and changes with their intervals and tests, against scipy and by hand."""

from __future__ import annotations

from statistics import mean as exact_mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from tensorboard_cnc.analysis.behaviors.estimates import change, mean

RNG = np.random.default_rng(2)


def test_a_rate() -> None:
    right = np.array([1, 1, 0, 1, np.nan], np.float32)
    found = mean(right, rate=True)
    expected = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert (found.n, found.value) == (4, 0.75)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_nothing_known() -> None:
    found = mean(np.full(3, np.nan), rate=False)
    assert (found.n, np.isnan(found.value), np.isnan(found.low)) == (0, True, True)
    none = change(np.full(3, np.nan), np.zeros(3), rate=True)
    assert (none.n, none.p, none.test) == (0, None, None)


def test_a_change_of_numbers() -> None:
    base, model = RNG.normal(5, 1, 900), RNG.normal(5.1, 1, 900)
    found = change(model, base, rate=False)
    difference = model - base
    z = difference.mean() / stats.sem(difference)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert found.test == "paired normal"
    assert found.relative == pytest.approx(difference.mean() / base.mean())
    assert (found.low, found.high) == pytest.approx(
        stats.norm.interval(0.95, difference.mean(), stats.sem(difference))
    )


def test_a_change_of_few_numbers() -> None:
    base, model = RNG.normal(size=50), RNG.normal(size=50)
    found = change(model, base, rate=False)
    above = int(np.count_nonzero(model > base))
    assert found.test == "sign test"
    assert found.p == pytest.approx(stats.binomtest(above, 50).pvalue)


def test_a_change_of_a_rate() -> None:
    base = np.repeat([1.0, 1, 0, 0], [50, 12, 4, 34])
    model = np.repeat([1.0, 0, 1, 0], [50, 12, 4, 34])
    found = change(model, base, rate=True)
    assert found.test == "exact McNemar"
    assert found.p == pytest.approx(stats.binomtest(4, 16).pvalue)
    assert found.value == pytest.approx(-0.08)
    assert found.low < -0.08 < found.high


COLUMNS = arrays.arrays(float, 12, elements=st.floats(-1e3, 1e3) | st.just(np.nan))


@settings(deadline=None)
@given(COLUMNS, COLUMNS)
def test_only_what_both_know_counts(model: np.ndarray, base: np.ndarray) -> None:
    found = change(model, base, rate=False)
    both = np.isfinite(model) & np.isfinite(base)
    assert found.n == both.sum()
    if found.n:
        assert found.value == pytest.approx(exact_mean((model - base)[both].tolist()), abs=1e-9)
        assert 0 <= (found.p or 0) <= 1
    if found.n > 1:
        assert found.low <= found.high
    assert change(base, model, rate=False).p == found.p
