"""Means: their tests and intervals agree, cover the truth, and are withheld where few decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy import stats

from tensorboard_cnc.analysis.behaviors.means import (
    Bounds,
    Sample,
    bounds_of,
    loss_p,
    mean_ends,
    mean_p,
    moments,
    widening,
)

Draw = Callable[[np.random.Generator, int], Any]
# Each has the mean 0.
BOUNDED: dict[str, Draw] = {
    "two-point": lambda rng, n: np.where(rng.random(n) < 0.7, 0.03, -0.07),
    "trinomial": lambda rng, n: rng.choice([-0.94, 0.06, 1.06], n, p=[0.08, 0.9, 0.02]),
    "rarely much": lambda rng, n: np.where(rng.random(n) < 0.03, -0.97, 0.03),
    "few lose": lambda rng, n: 0.025 - np.where(rng.random(n) < 0.05, rng.random(n), 0),
}
UNBOUNDED: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "t3": lambda rng, n: rng.standard_t(3, n),
    "exponential": lambda rng, n: rng.exponential(1, n) - 1,
    "log-normal": lambda rng, n: rng.lognormal(0, 1, n) - np.exp(0.5),
    "log-normal, sigma 2": lambda rng, n: rng.lognormal(0, 2, n) - np.exp(2),
    "Pareto, infinite variance": lambda rng, n: rng.pareto(1.5, n) - 2,
    "1 % at 10": lambda rng, n: np.where(rng.random(n) < 0.01, 10.0, 0) - 0.1,
}
BETWEEN = Bounds(-1.1, 1.1)


def test_moments_as_scipy() -> None:
    rng = np.random.default_rng(1)
    values, codes = rng.gamma(2, size=900), rng.integers(0, 3, 900)
    found = moments(values, codes, 4)
    for code in range(3):
        part = values[codes == code]
        assert found.mean[code] == pytest.approx(part.mean())
        assert found.error[code] == pytest.approx(stats.sem(part))
        assert found.skewness[code] == pytest.approx(stats.skew(part, bias=False))
    assert found.n[3] == 0
    assert np.isnan([found.mean[3], found.error[3]]).all()
    whole = Sample(values)
    assert whole.kurtosis == pytest.approx(stats.kurtosis(values, fisher=False))
    assert (whole.mean, whole.error) == pytest.approx((values.mean(), stats.sem(values)))


def test_without_skewness_it_is_student_s_t() -> None:
    rng = np.random.default_rng(2)
    half = rng.normal(0.4, 1, 200)
    values = np.concatenate([half, 2 * half.mean() - half])
    sample, expected = Sample(values), stats.ttest_1samp(values, 0)
    assert sample.p() == pytest.approx(expected.pvalue, rel=1e-6)
    ends = expected.confidence_interval()
    assert sample.interval() == pytest.approx((ends.low, ends.high), rel=1e-6)


def test_with_skewness_it_is_hall_s() -> None:
    values = np.random.default_rng(3).exponential(1, 2000) - 1.03
    n, t = len(values), values.mean() / stats.sem(values)
    a = stats.skew(values, bias=False) / np.sqrt(n)
    hall = ((1 + a * t / 3) ** 3 - 1) / a + a / 6
    expected = 2 * stats.t.sf([abs(t), abs(hall)], n - 1)
    assert Sample(values).p() == pytest.approx(expected.max(), rel=1e-6)
    q = stats.t.ppf(0.975, n - 1)
    turned = 3 / a * (np.cbrt(1 + a * (np.array([q, -q]) - a / 6)) - 1)
    low, high = values.mean() - stats.sem(values) * turned
    low, high = (
        min(low, values.mean() - q * stats.sem(values)),
        max(high, values.mean() + q * stats.sem(values)),
    )
    assert Sample(values).interval() == pytest.approx((low, high), rel=1e-6)


VALUES = arrays.arrays(float, st.integers(30, 60), elements=st.floats(-1e3, 1e3, width=32))


@given(VALUES)
def test_the_interval_holds_0_just_where_p_is_005_or_more(values: Any) -> None:
    samples = [Sample(values), Sample(values, Bounds(-1e3, 1e3))]
    if not samples[0].varies:
        assert samples[0].error == 0
        samples = samples[1:]
    for sample in samples:
        _agrees(sample)


def _agrees(sample: Sample) -> None:
    (low, high), p = sample.interval(), sample.p()
    assert low <= sample.mean <= high
    assert 0 <= p <= 1
    if abs(p - 0.05) > 1e-6:
        assert (low <= 0 <= high) == (p >= 0.05)
    assert not loss_p(sample.moments)[0] > 1


def covered(samples: list[Sample]) -> float:
    shown = [each.interval() for each in samples if each.why_no_interval() is None]
    assert len(shown) > len(samples) / 2
    return float(np.mean([low <= 0 <= high for low, high in shown]))


# Of 800 with 93 % fewer than 91 % are covered once in a hundred times.
@pytest.mark.parametrize("n", [30, 60, 200])
@pytest.mark.parametrize("kind", BOUNDED)
def test_intervals_of_bounded_values_cover(kind: str, n: int) -> None:
    rng = np.random.default_rng(4)
    assert covered([Sample(BOUNDED[kind](rng, n), BETWEEN) for _ in range(800)]) >= 0.91


@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize("kind", UNBOUNDED)
def test_intervals_of_values_without_bounds_cover(kind: str, n: int) -> None:
    rng = np.random.default_rng(4)
    assert covered([Sample(UNBOUNDED[kind](rng, n)) for _ in range(800)]) >= 0.91


def test_a_mean_of_few_values_without_bounds_is_not_told() -> None:
    rng = np.random.default_rng(6)
    losses = np.where(rng.random(299) < 0.01, 10.0, rng.random(299) / 10)
    assert "needs 300 instances, and has 299" in str(Sample(losses).why_no_interval())
    assert Sample(rng.random(300)).why_no_interval() is None


def test_bounds_are_those_of_shares_and_of_correlations() -> None:
    assert bounds_of(np.array([0, 0.2, 1 + 1e-8])) == Bounds(0, 1)
    assert bounds_of(np.array([-0.3, 0.2])) == Bounds(-1, 1)
    assert bounds_of(np.array([0.3, 1.2])) is None
    assert bounds_of(np.array([0.3, 0.2]), loss=True) is None
    assert bounds_of(np.empty(0)) is None
    assert Bounds(0, 1).less(Bounds(0, 1)) == Bounds(-1, 1)


def test_what_may_be_missing_is_at_the_bound() -> None:
    sample = Sample(np.tile([0.49, 0.51], 50), Bounds(0, 1))
    missing = stats.binomtest(0, 100).proportion_ci(method="exact").high
    assert sample.interval() == pytest.approx((0.5 * (1 - missing), 0.5 * (1 + missing)))
    assert sample.p() < 1e-6
    # With a share of 1/11 at -1 the mean would be 0.
    small = Sample(np.tile([0.09, 0.11], 15), Bounds(-1, 1))
    assert small.p() == pytest.approx(2 * (10 / 11) ** 30)


def test_errors_grow_with_the_kurtosis() -> None:
    found = widening(np.array([0, 45, 90, 10**6]), 3.0)
    assert found == pytest.approx([2, np.sqrt(2), 1, 1])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "No instances with this value."),
        ([1.0, 2.0], "Too few to tell: a mean needs 30 instances, and has 2."),
        ([-0.5] * 50, "All 50 are equal: nothing tells how far others would be."),
        ([0.1] * 50, "All 50 are equal: nothing tells how far others would be."),
        ([5.0] * 300, "All 300 are equal: nothing tells how far others would be."),
        ([1.0] * 299 + [700], "Too few decide: 1 of 300 instances carries 70% of the sum."),
        ([0.0] * 299 + [1e300], "Too few decide: 1 of 300 instances carries 100% of the sum."),
    ],
)
def test_reasons(values: list[float], reason: str) -> None:
    for dtype in (np.float64, np.float32) if max(values, default=0) < 1e30 else (np.float64,):
        column: NDArray[np.floating[Any]] = np.array(values, dtype)
        assert Sample(column, bounds_of(column)).why_no_interval() == reason


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_at_a_bound_have_the_interval_of_what_may_be_missing(value: float) -> None:
    sample = Sample(np.full(30, value), Bounds(0.0, 1.0))
    assert sample.why_no_interval() is None
    # Clopper and Pearson: of 30 none of the other value.
    exact = stats.binomtest(0, 30).proportion_ci(method="exact").high
    low, high = sample.interval()
    assert (low, high) == pytest.approx((0, exact) if value == 0 else (1 - exact, 1))


def test_powers_that_would_overflow() -> None:
    values = np.tile([1e308, -1e308, 5e307], 40)
    sample = Sample(values)
    assert sample.mean == pytest.approx(5e307 / 3)
    assert sample.p() == pytest.approx(Sample(values / 1e308).p())
    found = moments(values, np.zeros(120, int), 1)
    assert mean_p(found)[0] == pytest.approx(sample.p())
    assert [float(end[0]) for end in mean_ends(found)] == pytest.approx(sample.interval())
